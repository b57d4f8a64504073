"""Builds the directory of users, by which administrators find them."""

# ruff: noqa: PLC0415 - imports inside functions are this module's purpose

from functools import cached_property
from typing import TYPE_CHECKING

from mfa.delivery_wiring import DeliveryWiring

if TYPE_CHECKING:
    from mfa.administration.directory import Directory
    from mfa.administration.directory_upkeep import DirectoryUpkeep
    from mfa.administration.user_search import UserSearch
    from mfa.store.directory import DirectoryStore
    from mfa.store.histories import Histories


class DirectoryWiring(DeliveryWiring):
    """The parts of the directory."""

    @cached_property
    def _user_search(self) -> "UserSearch":
        from mfa.administration.user_search import DirectoryCache, UserSearch

        items = self._directory_store
        return UserSearch(items=items, cache=DirectoryCache(items), accounts=self.account_store, clock=self.clock)

    def _directory(self, histories: "Histories") -> "Directory":
        from mfa.administration.directory import Directory

        return Directory(
            accounts=self.account_store,
            search_index=self._search_index,
            search=self._user_search,
            histories=histories,
            runtime=self.runtime,
        )

    @cached_property
    def _directory_upkeep(self) -> "DirectoryUpkeep":
        from mfa.administration.directory_upkeep import DirectoryUpkeep

        return DirectoryUpkeep(
            items=self._directory_store,
            accounts=self.account_store,
            search_index=self._search_index,
            clock=self.clock,
        )

    @cached_property
    def _directory_store(self) -> "DirectoryStore":
        from mfa.store.directory import DirectoryStore

        return DirectoryStore(self._table)
