"""The items of jobs. A head lists its job in the index by its state; the chunks hold the users, compressed."""

import zlib
from collections.abc import Sequence
from heapq import merge
from itertools import islice

import msgspec
from msgspec import structs

from mfa.store import conditions as when
from mfa.store import records
from mfa.store.search import INDEX, LAST
from mfa.store.table import ConditionFailed, Item, Key, Table, TransactionRefused, Write
from mfa.users.history import Event
from mfa.users.jobs import KEPT_SECONDS, Job, JobChunk, JobLine, JobState, OtherRunnerError

# The schedule finds the jobs that run without reading the others.
_RUNNING, _AT_REST = "JOBS#running", "JOBS#at_rest"
_LINES = msgspec.json.Decoder(tuple[JobLine, ...])


class JobStore:
    """Reads and writes jobs. Each item is written as the version after the one that was read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, job_id: str) -> Job | None:
        """The job, or None if there is none, or it is one of another version of the product."""
        item = self._table.get(records.job_key(job_id))
        return None if item is None else _job_of(item)

    def save(self, job: Job, told: tuple[str, Event] | None = None) -> Job:
        """Writes the job, and a line into somebody's history. Raises OtherRunnerError if it was written since it was read."""
        head = _put(records.job_key(job.id), _head(job), job.version, job.created_at)
        if told is None:
            self._write(head)
        else:
            line = records.event_write(*told)
            try:
                self._table.transact(lambda: [head, line])
            except TransactionRefused as refused:
                raise OtherRunnerError from refused
        return structs.replace(job, version=job.version + 1)

    def load_chunks(self, job_id: str, numbers: Sequence[int]) -> list[JobChunk]:
        """These chunks, in order. One that is not there has no lines."""
        keys = [records.job_chunk_key(job_id, number) for number in numbers]
        items = self._table.get_all(keys)
        return [_chunk_of(items.get(key, {})) for key in keys]

    def save_chunk(self, job: Job, number: int, chunk: JobChunk) -> JobChunk:
        """Writes the chunk. Raises OtherRunnerError if it was written since it was read."""
        item = {"lines": zlib.compress(msgspec.json.encode(chunk.lines)), "tries": chunk.tries}
        self._write(_put(records.job_chunk_key(job.id, number), item, chunk.version, job.created_at))
        return structs.replace(chunk, version=chunk.version + 1)

    def newest(self, before: str, limit: int) -> list[Job]:
        """At most `limit` jobs before this place, newest first. An empty place begins at the newest."""
        found = [self._entries(name, before or LAST, limit) for name in (_RUNNING, _AT_REST)]
        return self._jobs(list(islice(merge(*found, reverse=True), limit)))

    def running(self, limit: int) -> list[Job]:
        """At most `limit` of the jobs that run, the oldest first."""
        return [job for job in self._jobs(self._entries(_RUNNING, LAST, limit))[::-1] if job.state is JobState.RUNNING]

    def _entries(self, name: str, before: str, limit: int) -> list[Key]:
        span = ("position", "\0", before)
        found = self._table.newest_entries(INDEX, ("list", name), span, limit + 1)
        return [entry for entry in found if entry[0] != before][:limit]

    def _jobs(self, entries: Sequence[Key]) -> list[Job]:
        keys = [(partition, records.job_key("")[1]) for _, partition in entries]
        items = self._table.get_all(keys)
        jobs = [_job_of(items[key]) for key in dict.fromkeys(keys) if key in items]
        return [job for job in jobs if job is not None]

    def _write(self, write: Write) -> None:
        try:
            self._table.put(write)
        except ConditionFailed as failed:
            raise OtherRunnerError from failed


def _head(job: Job) -> Item:
    document = msgspec.json.encode(structs.replace(job, version=0)).decode()
    return {
        "document": document,
        "list": _RUNNING if job.state is JobState.RUNNING else _AT_REST,
        "position": job.place_in_list,
    }


def _put(key: Key, item: Item, version: int, created_at: float) -> Write:
    condition, values = (when.VERSION_AS_READ, {":version": version}) if version else (when.NEW, {})
    return Write(
        label="job",
        verb="Put",
        key=key,
        item=item | {"version": version + 1, "ttl": int(created_at) + KEPT_SECONDS},
        condition=condition,
        values=values,
    )


def _job_of(item: Item) -> Job | None:
    try:
        job = msgspec.json.decode(item["document"], type=Job)
    except (KeyError, msgspec.DecodeError):
        return None
    return structs.replace(job, version=item["version"])


def _chunk_of(item: Item) -> JobChunk:
    if "lines" not in item:
        return JobChunk()
    return JobChunk(_LINES.decode(zlib.decompress(item["lines"])), item["tries"], item["version"])
