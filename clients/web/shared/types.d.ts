// The bodies of the API, and the shapes that the console, the client kit and the pages share. Browsers never load this
// file: it is for the type check (`make check-javascript`), for editors, and for users of the package.
//
// Times are RFC 3339 strings in UTC. The API's own description is at /v1/openapi.json.

// Elements

/** The content of an element: text is set as text, null and false are left out, lists are flattened. */
export type Child = Node | string | null | undefined | false | readonly Child[];

/** Attributes of an element: `class`, `dataset`, listeners (`onclick`), properties (`checked`), and all others. */
export interface Attributes {
  dataset?: Record<string, string | number>;
  onclick?: (event: MouseEvent) => unknown;
  onchange?: (event: Event) => unknown;
  oninput?: (event: Event) => unknown;
  [name: string]: unknown;
}

/** Words for a person. `title` may be empty where the text stands beside a field. */
export interface Words {
  title: string;
  text: string;
}

// Requests

/**
 * Options of a request. `base` is the API's address, where the page's own is not meant. `page` is whose page of the
 * console asks (`*` where it does not know): then the cookie stands in for a token. The answer may set the cookie where
 * `takesCookie`. `key` is the Idempotency-Key, `etag` goes into If-Match, `patience` is in milliseconds.
 */
export interface RequestOptions {
  base?: string;
  body?: unknown;
  token?: string | null;
  page?: string;
  takesCookie?: boolean;
  key?: string;
  etag?: string | null;
  signal?: AbortSignal;
  patience?: number;
  /** Whether the page makes the request by itself: it keeps no session alive. */
  unattended?: boolean;
}

/** An answer of the API; `body` is null for a 204 only. */
export interface Answer<T> {
  body: T;
  etag: string | null;
}

export interface FieldError {
  field: string;
  message: string;
}

/** A refusal as RFC 9457 has it, with the members that some codes add. */
export interface ProblemBody {
  code?: string;
  detail?: string;
  instance?: string;
  correlation_id?: string;
  errors?: FieldError[];
  attempts_remaining?: number;
  locked_until?: string | null;
  prefix?: string;
  max_age?: number;
  reason?: SessionEndReason;
}

/** Why a session of an administrator is over: not used, as long as it may last, ended by an administrator, left. */
export type SessionEndReason = "idle" | "expired" | "ended" | "logout";

// Logging in

export type Channel = "sms" | "voice" | "whatsapp" | "email";
/** A factor that is proved by a code of one's own, without a message. */
export type FactorMethod = "totp" | "recovery_code" | "temporary_code";
/** A way to prove the second factor, as a login lists them. */
export type Method = Channel | "totp" | "recovery_code";

/** A phone as it is shown to somebody who logs in: masked. */
export interface PhoneChoice {
  id: string;
  region: string;
  calling_code: string;
  masked_number: string;
  verified: boolean;
}

export interface MfaRequired {
  status: "mfa_required";
  mfa_token: string;
  expires_at: string;
  phones: PhoneChoice[];
  help: { email: string | null };
  locked_until: string | null;
  channels: Channel[];
  methods?: Method[];
  trusted_device_days?: number;
}

/** An access token. `expires_in` is in seconds. */
export interface Granted {
  token: string;
  token_type: "Bearer" | "Reset";
  expires_in: number;
  amr: string[];
}

export interface Authenticated extends Granted {
  status: "authenticated";
  trusted_device?: boolean;
}

export interface Approved extends Granted {
  status: "approved";
  recovery_codes_remaining?: number;
  device_token?: string;
  device_expires_at?: string;
}

/** The user has no factor yet, and may register one with this token. */
export interface EnrolmentRequired {
  status: "enrolment_required";
  enrolment_token: string;
  expires_at: string;
}

/** An invitation that is good: the token registers the first factor. */
export interface Enrolment {
  status: "enrolment";
  enrolment_token: string;
  login_name: string;
  expires_at: string;
}

/** A password reset that needs no second factor. */
export interface ResetOpened {
  status: "reset";
  reset_token: string;
}

/** An action as its own MFA token sees it. */
export interface ActionState {
  id: string;
  type: string;
  params: Record<string, string>;
  summary: string;
  status: "pending" | "approved" | "redeemed" | "denied" | "expired";
  approved_at?: string | null;
}

/** An action that was opened. Whoever opened it hands it to `<second-factor-action>`. */
export interface ActionOpened extends Pick<MfaRequired, "mfa_token" | "expires_at" | "phones" | "channels"> {
  id: string;
  type: string;
  params: Record<string, string>;
  summary: string;
  status: string;
  help: null;
}

/**
 * Whether a message was delivered. `error_code` is the vendor's, `meaning` says it in words, and `permanent` that no
 * message will ever reach the number.
 */
export interface Delivery {
  status: string;
  error_code?: string;
  meaning?: string;
  advice?: string;
  permanent?: boolean;
}

/** The members that a challenge and a settings test share: enough to draw the form for the passcode. */
export interface PasscodeState {
  id: string;
  status: string;
  channel?: Channel;
  destination: string;
  prefix: string;
  sent_at: string;
  expires_at: string;
  resend_available_at: string | null;
  attempts_remaining: number;
  sends_remaining: number;
  delivery?: Delivery;
  server_time: string;
}

export interface Challenge extends PasscodeState {
  channel: Channel;
  locked_until: string | null;
}

/** The challenge of a phone that is being added to an account. */
export interface PhoneChallenge extends Challenge {
  phone_id: string;
}

export interface Jwks {
  keys: { kid: string; kty: string; crv: string; x: string; y: string }[];
}

// The user's own account

/** A device that stands in for the second factor for a while. */
export interface TrustedDevice {
  id: string;
  name: string | null;
  created_at: string;
  expires_at: string;
}

/** The account as its user sees it. */
export interface Me {
  login_name: string;
  alias: string | null;
  kind: "backup" | "system";
  locale: string | null;
  contact_email: string | null;
  mfa_enabled: boolean;
  phones: (PhoneChoice & { last_verified_at?: string | null })[];
  totp: { enrolled_at: string } | null;
  recovery_codes_remaining: number;
  devices: TrustedDevice[];
  methods: Method[];
  events: OwnEvent[];
}

/** A line of the user's own history. `address` is there for the deeds of the user only. */
export interface OwnEvent {
  at: string;
  type: string;
  by: "user" | "administrator" | "client" | "service";
  address: string | null;
  phone: string | null;
  channel: string | null;
}

/** The fields that a user changes, and the new contact email whose code was mailed. */
export interface OwnProfile extends Pick<Me, "login_name" | "locale" | "contact_email"> {
  email_to_confirm?: { address: string; prefix: string; expires_at: string; resend_available_at: string } | null;
}

export interface TotpSecret {
  secret: string;
  uri: string;
  qr_svg: string;
}

export interface RecoveryCodes {
  codes: string[];
}

// Administration

export type UserKind = "backup" | "system";
export type Role = "owner" | "administrator" | "support" | "auditor";
export type Permission =
  | "see"
  | "see_numbers"
  | "help"
  | "hand_out_access"
  | "export_personal_data"
  | "manage_users"
  | "manage_settings"
  | "manage_clients"
  | "see_sessions"
  | "end_sessions"
  | "manage_administrators";
export type UserStatus = "active" | "disabled";

/** A user's phone, with its number. `unusable` says why no message is sent to it. */
export interface Phone extends PhoneChoice {
  number: string;
  last_verified_at: string | null;
  unusable: { reason: string; meaning: string; at: string | null } | null;
}

export interface User {
  login_name: string;
  alias: string | null;
  kind: UserKind;
  role: Role | null;
  owner: string | null;
  contact_email: string | null;
  locale: string | null;
  mfa_enabled: boolean;
  status: UserStatus;
  phones: Phone[];
  locked_until: string | null;
  last_login_at: string | null;
  factors: ("phone" | "email" | "totp" | "recovery_code" | "temporary_code")[];
  last_legacy_at: string | null;
  client_version: string | null;
  invitation?: { by: string; created_at: string; expires_at: string };
  created_at: string;
  updated_at: string;
  version: number;
}

/** A page of a list; without a cursor it is the last one. */
/** A user's factors beside phones and contact email, as administrators see them. */
export interface Factors {
  totp: { enrolled_at: string } | null;
  recovery_codes: { remaining: number; created_at: string } | null;
  temporary_code: { by: string; expires_at: string } | null;
  devices: TrustedDevice[];
}

export interface TemporaryCode {
  code: string;
  expires_at: string;
}

/** An invitation that was made: its link, this once, or the masked mailbox that it was mailed to. */
export interface InvitationMade {
  expires_at: string;
  url?: string;
  token?: string;
  delivered_to?: string;
}

export interface InvitationResult extends Partial<InvitationMade> {
  login_name: string;
  refusal?: { code: string; detail: string };
}

export interface InvitationReport {
  invited: number;
  results: InvitationResult[];
}

/** A message to a user, and how far it has come. */
export interface SentMessage {
  id: string;
  kind: "passcode" | "test";
  sent_at: string;
  phone_id: string | null;
  destination: string | null;
  channel: string;
  provider: string | null;
  status: "sending" | "unknown" | "queued" | "sent" | "delivered" | "undelivered" | "failed";
  ended_at: string | null;
  error: {
    code: string;
    meaning: string;
    advice: string;
    acts: "administrator" | "user" | "developer" | "nobody";
  } | null;
  confirmed: boolean;
  test_number: boolean;
  by: string;
}

export interface SentMessages {
  items: SentMessage[];
  server_time: string;
}

export interface ListPage<T> {
  items: T[];
  cursor?: string | null;
}

/** Users of a list, and how many it has: null while the directory that counts them is made. */
export interface UserPage extends ListPage<User> {
  total: number | null;
}

/** One deed on many users. */
export interface Job {
  id: string;
  deed: string;
  parameters: { owner?: string; locale?: string; hours?: number; insist?: boolean };
  selection: { login_names?: number; users?: Record<string, unknown> };
  state: "previewing" | "previewed" | "running" | "done" | "cancelled" | "stopped";
  by: string;
  created_at: string;
  previewed_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  progress: { done: number; of: number };
  preview: { will_change: number; unchanged: number; refused: number };
  outcomes: { done: number; unchanged: number; refused: number; unknown: number };
  goes_on_at: string | null;
  reason: string | null;
}

/** A user of a job. */
export interface JobLine {
  login_name: string;
  outcome: string;
  code?: string;
  detail?: string;
}

export type JobReport = ListPage<JobLine>;

/** A line of a user's history. The members of `detail` depend on the type. */
export interface UserEvent {
  id: string;
  at: string;
  type: string;
  actor: string;
  address: string | null;
  phone_id?: string;
  challenge_id?: string;
  detail?: EventDetail;
}

/** A line of the log: in whose history it stands, and the values that changed. */
export interface LogLine extends UserEvent {
  user: string | null;
  changes: Record<string, { old: unknown; new: unknown }>;
  detail: EventDetail;
}

export interface LogPage extends ListPage<LogLine> {
  searched_to: string | null;
}

export interface LogExport {
  text: string;
  lines: number;
  truncated: boolean;
  cursor?: string | null;
}

export interface EventDetail {
  number?: string;
  masked_number?: string;
  channel?: string;
  test_number?: boolean;
  test_message?: boolean;
  error?: string;
  meaning?: string;
  attempts?: { address?: string | null }[];
  until?: string;
  client_version?: string;
  by?: string;
  changed?: string[];
  values?: Record<string, { old: unknown; new: unknown }>;
  calling_code?: string;
  legacy?: boolean;
  override?: string;
  verified?: boolean;
  enrolled?: boolean;
  enrolment?: boolean;
  name?: string;
  client_id?: string;
  device_id?: string;
  device_name?: string;
  action_id?: string;
  type?: string;
  params?: Record<string, string>;
  summary?: string;
  client?: string | null;
  to?: string;
  expires_at?: string;
  rule?: "daily" | "hourly" | "regions_per_address";
  region?: string;
  threshold?: number;
  count?: number;
  refused?: boolean;
  hours?: number;
  keep_hours?: number;
  method?: FactorMethod;
  provider?: string;
  for?: string;
  job?: string;
  deed?: string;
  users?: number;
  state?: string;
  session_id?: string;
  end_reason?: string;
}

/** A registered relying application. */
export interface Client {
  client_id: string;
  name: string;
  legacy: boolean;
  created_at: string;
  last_used_at: string | null;
  previous_secret_until: string | null;
  messages_per_hour: number;
  actions: string[];
  shares_name: boolean;
}

/** A client's own budget, in place of `budgets.client_per_hour`. */
export interface ClientBudget {
  client_id: string;
  per_hour: number;
}

export interface ClientWithSecret extends Client {
  client_secret: string;
}

export interface LineError extends FieldError {
  line: number;
  login_name: string | null;
  value: string | null;
}

/** A piece of an import: from and to which character of the file it goes, and how many lines it has. */
export interface Chunk {
  start: number;
  end: number;
  lines: number;
}

export interface ImportReport {
  lines: number;
  errors: LineError[];
  valid: number;
  chunks: Chunk[];
  created: number;
  updated: number;
  unchanged: number;
}

export interface ExportPage {
  csv: string;
  cursor?: string | null;
}

export interface RecordPage {
  login_name: string;
  records: object[];
  cursor?: string | null;
}

/** An amount of money: a decimal number and an ISO 4217 code. */
export interface Cost {
  amount: string;
  currency: string;
  micro_usd: number;
}

export interface Counts {
  sends: number;
  approvals: number;
  wrong_codes: number;
  locks: number;
  legacy_logins: number;
}

export interface DayFigures extends Counts {
  cost: Cost;
}

/** The counts of a day, and of the same day of the week before, or null if nothing was counted then. */
export interface DayCounts extends DayFigures {
  date: string;
  week_before: DayFigures | null;
}

/** Null where nothing was counted by the hour. */
export interface HourFigures {
  passcodes: number | null;
  approvals: number | null;
  wrong_codes: number | null;
  locks: number | null;
  legacy_logins: number | null;
  cost: Cost;
}

export interface HourCounts extends HourFigures {
  at: string;
  week_before: HourFigures | null;
}

/** The passcodes of a region, and how many came back, for each of the overview's hours. */
export interface ConversionsByHour {
  region: string;
  passcodes: (number | null)[];
  approvals: (number | null)[];
}

/** The same of a channel, for each of the overview's days. */
export interface Conversions extends ConversionsByHour {
  channel: string;
}

export interface DeliveryTimes {
  channel: string;
  provider: string;
  reported: number;
  p50_seconds: number;
  p95_seconds: number;
}

export interface RegionCounts {
  region: string;
  sends: number;
  segments: number;
  approvals: number;
  wrong_codes: number;
  locks: number;
  cost: Cost;
}

/** Passcodes that were mailed for recovery. */
export type MailCounts = Omit<Counts, "legacy_logins">;
export type FactorCounts = Omit<MailCounts, "sends">;

export interface Totals extends Counts {
  conversion_rate: number | null;
  cost: Cost;
}

export interface Overview {
  days: DayCounts[];
  regions: RegionCounts[];
  mail: MailCounts;
  factors: FactorCounts;
  totals: Totals;
  hours: HourCounts[];
  conversions: Conversions[];
  conversions_by_hour: ConversionsByHour[];
  deliveries: { days: (DeliveryTimes & { date: string })[]; regions: (DeliveryTimes & { region: string })[] };
  /** What today's messages cost so far, and the ceiling in USD. */
  spend: { today: Cost; per_day: number };
}

/** Whether messages go out; the providers that refuse the account, and why and since when the first of them does. */
export interface Health {
  sending: {
    status: "working" | "impaired" | "refused" | "incomplete" | "off";
    refused_by?: ("twilio" | "aws")[];
    provider?: "twilio" | "aws";
    since?: string;
    error_code?: string;
    meaning?: string;
    advice?: string;
  };
  switch: SendingSwitch;
}

/** The phones that messages and calls may go to. */
export type Sending = "on" | "verified_only" | "off";

/** The setting `sending`; `by` is the administrator who changed it last, and `iam` a direct invocation. */
export interface SendingSwitch {
  state: Sending;
  by?: string;
  since?: string;
}

/** The administrator who is logged in. */
export interface Session {
  login_name: string;
  kind: UserKind;
  role: Role;
  permissions: Permission[];
  amr: string[];
  expires_at: string;
  idle_seconds: number | null;
  contact_email: string | null;
  mfa_enabled: boolean;
}

/** A session of an administrator that can be used now. `expires_at` is its end if it is used until then. */
export interface OpenSession {
  login_name: string;
  role: Role;
  id: string;
  started_at: string;
  last_seen_at: string;
  expires_at: string;
  address: string;
  browser: string | null;
  system: string | null;
  client: "console" | "api";
  current: boolean;
}

export interface Region {
  region: string;
  calling_code: string;
  name: string;
}

/** A number as the API read it. */
export interface CheckedNumber {
  number: string;
  region: string;
  calling_code: string;
}

export interface TestApproved {
  status: "approved";
  message: string;
  contact_email_missing: boolean;
  action_changed?: boolean;
}

/** The state of a test that tries an action type. `summary` is the deed as the last message has it. */
export interface TriedState extends PasscodeState {
  action: { type: string; params: Record<string, string>; summary: string };
}

/** A system user whom changed settings would shut out. */
export interface ShutOutUser {
  login_name: string;
  reason: "mfa_off" | "no_phone";
}

export interface SettingsEffects {
  shut_out: ShutOutUser[];
}

export interface Finding {
  code: string;
  message: string;
  /** The placeholders, letters and limits that it names. */
  about: string[];
}

export interface TemplatePreview {
  locale: string;
  template: string;
  built_in: boolean;
  preview: string;
  alphabet: "GSM-7" | "UCS-2";
  segments: number;
  problems: Finding[];
  warnings: Finding[];
}

/** The sender of messages: exactly one of the three. */
export interface Sender {
  phone_number?: string | null;
  messaging_service_sid?: string | null;
  alphanumeric?: string | null;
}

export interface TestNumber {
  number: string;
  code: string;
}

/** A provider and a sender for messages to some countries. The sender has one member. */
export interface Route {
  provider: "twilio" | "aws";
  sender: Partial<Record<"phone_number" | "messaging_service_sid" | "alphanumeric" | "pool_id", string>>;
  regions: "*" | string[];
  max_price: number | null;
}

/** The price of a segment, a call of up to a minute, or a WhatsApp message by a provider. */
export interface PriceOf {
  region: string;
  channel: "sms" | "voice" | "whatsapp";
  provider: Route["provider"];
  micro_usd: number;
  source: "override" | "fetched" | "shipped";
}

/** The operator's own price of a segment, a call or a WhatsApp message. */
export interface PriceOverride {
  region: string;
  channel: string;
  usd: number;
}
/** What happens to messages beyond a fraud budget. */
export type FraudMode = "off" | "observe" | "enforce";

/** A region's messages today (UTC), those to new phones that nobody has confirmed, their budgets, and the decisions. */
export interface RegionFraud {
  region: string;
  sent: number;
  verified: number;
  unverified_today: number;
  unverified_this_hour: number;
  daily: number;
  hourly: number;
  would_refuse: number;
  refused: number;
  unverified_by_hour: number[];
  verified_by_hour: number[];
}

/** The regions come with the fullest budgets first. */
export interface FraudReport {
  mode: FraudMode;
  computed_at: string | null;
  items: RegionFraud[];
}

/** The settings under flat names, as the console edits them. Durations are in seconds. */
export interface FlatSettings {
  sending: Sending;
  "twilio.account_sid": string | null;
  "twilio.auth_token": string | null;
  "twilio.auth_token_last4": string | null;
  "twilio.sender": Sender | null;
  passcode_length: number;
  actions_phone_age_hours: number;
  resend_cooldown_seconds: number;
  expiry_seconds: number;
  max_invalid_attempts: number;
  max_sends: number;
  lock_seconds: number;
  signature: string;
  origin: string | null;
  default_locale: string | null;
  email_sender: string | null;
  "voice.enabled": boolean;
  "whatsapp.content_sid": string | null;
  "regions.allow": "*" | string[];
  routes: Route[];
  allow_legacy_clients: boolean;
  require_mfa_for_system_users: boolean;
  enrolment_at_login: boolean;
  test_numbers: TestNumber[];
  "trusted_devices.days": number;
  access_token_seconds: number;
  admin_session_minutes: number | null;
  admin_idle_minutes: number;
  history_days: number;
  "budgets.number_per_hour": number;
  "budgets.number_per_day": number;
  "budgets.mailbox_per_day": number;
  "budgets.address_per_hour": number;
  "budgets.client_per_hour": number;
  "budgets.clients": ClientBudget[];
  "budgets.region_per_day": number | null;
  "budgets.global_per_day": number;
  "budgets.kept_for_verified_percent": number;
  "budgets.spend_per_day": number;
  "prices.overrides": PriceOverride[];
  "fraud.mode": FraudMode;
  "fraud.daily_floor": number;
  "fraud.hourly_floor": number;
  "fraud.share": number;
  "fraud.regions_per_address_per_day": number;
  "passwords.max_per_name_and_address_per_hour": number;
  "passwords.max_per_address_per_hour": number;
  "passwords.free_in_a_row": number;
  "passwords.max_in_a_row": number;
  "passwords.familiar_days": number;
  [text: `templates.${string}`]: string | null;
  [type: `actions.${string}`]: ActionType | null;
}

/** A deed that a passcode can confirm: its sentence by language. Without null, a type has English. */
export interface ActionType {
  texts: Record<string, string>;
  channels: string[];
  ttl_seconds: number | string | null;
  token_seconds: number | string | null;
  clients: "*" | string[];
}

/** An action type in one of its languages, as it will arrive. */
export interface ActionTextPreview {
  locale: string;
  language: string;
  preview: string;
  alphabet: "GSM-7" | "UCS-2";
  segments: number;
  longest: string;
  longest_segments: number;
  most_segments: number;
  call: string[];
  problems: Finding[];
  warnings: Finding[];
}

export interface ActionPreview {
  type: string;
  parameters: string[];
  problems: (FieldError & { code: string })[];
  texts: ActionTextPreview[];
}
