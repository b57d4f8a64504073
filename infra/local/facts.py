"""The facts about a running stack: addresses, names and credentials, for the start page, the terminal and tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from infra.local import seed


@dataclass(frozen=True)
class Facts:
    """Addresses, names and credentials. All of them are for this machine only."""

    base_url: str
    public_url: str
    aws_url: str
    dynamodb_url: str
    table: str
    twilio_url: str
    twilio_is_simulated: bool
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_phone_number: str
    sms_voice_url: str
    sms_voice_is_simulated: bool
    sms_voice_phone_number: str
    sms_voice_configuration_set: str
    client_id: str
    client_secret: str = field(repr=False)
    functions: tuple[str, ...]
    has_console: bool

    def links(self) -> list[tuple[str, str, str]]:
        """Name, path and description of each page."""
        links = [
            ("Log in", "/v1/account/", "The client pages, as a user sees them: password, phone, passcode."),
            ("Backup sample", "/backup", "A backup client: it deletes only what a passcode has confirmed."),
            ("Handset", "/handset", "Where the text messages and the mails arrive."),
        ]
        if self.has_console:
            links.append(("Console", "/v1/admin/console/", "For administrators."))
        links += [
            ("OpenAPI", "/v1/openapi.json", "The HTTP API, described for machines."),
            ("Keys", "/.well-known/jwks.json", "The public keys of access tokens."),
        ]
        return links

    def lines(self) -> list[str]:
        """The lines that the stack prints at the start."""
        rows = [
            ("all of it", f"{self.base_url}/"),
            *((name, self.base_url + path) for name, path, _ in self.links()),
            ("Lambda", f"{self.base_url} (aws lambda invoke --endpoint-url …): {', '.join(self.functions)}"),
            ("AWS (moto)", self.aws_url),
            ("table", f"{self.table} at {self.dynamodb_url}"),
            ("Twilio", f"{self.twilio_url}{' (simulated)' if self.twilio_is_simulated else ''}"),
            ("Twilio account SID", self.twilio_account_sid),
            ("Twilio auth token", self.twilio_auth_token if self.twilio_is_simulated else "(yours)"),
            ("sender", self.twilio_phone_number),
            ("AWS messaging", f"{self.sms_voice_url}{' (simulated)' if self.sms_voice_is_simulated else ''}"),
            ("sender at AWS", self.sms_voice_phone_number),
            ("configuration set", self.sms_voice_configuration_set),
            ("system user", f"{seed.SYSTEM_USER}, password {seed.PASSWORD}"),
            ("backup user", f"{seed.DEMO_USER}, password {seed.PASSWORD}, phone {seed.DEMO_PHONE}"),
            ("backup service", f"client {self.client_id}, secret {self.client_secret}"),
        ]
        if self.public_url != self.base_url:
            rows.insert(1, ("public URL", self.public_url))
        return [f"  {name:<20}{value}" for name, value in rows]

    def as_json(self) -> dict[str, object]:
        """The same facts for scripts, without the token of a real Twilio account."""
        facts: dict[str, object] = {**vars(self), "functions": list(self.functions)}
        if not self.twilio_is_simulated:
            del facts["twilio_auth_token"]
        return facts
