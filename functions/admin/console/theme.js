// Light or dark, as the reader chose it. The page loads this before anything is painted, so that nothing flashes.
// The sheets know the system's choice alone: their rules for a dark system are made to hold always, or never.

const THEME_PLACE = "mfa-console.theme";
const DARK = "(prefers-color-scheme: dark)";

/** The rules of the sheets, and the colours of the browser's own frame, that depend on the system. */
const DEPENDENT = [
  ...[...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === DARK),
  ),
  ...document.querySelectorAll('meta[name="theme-color"]'),
].map((/** @type {(CSSRule | Element) & { media?: MediaList | string }} */ part) => {
  const { media } = part;
  const dark = (typeof media === "string" ? media : media?.mediaText) === DARK;
  return { part, dark };
});

function paint() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(THEME_PLACE);
  } catch {
    // Storage may be switched off: then the system's choice holds.
  }
  const forced = chosen === "light" || chosen === "dark" ? chosen : null;
  for (const { part, dark } of DEPENDENT) {
    const system = dark ? DARK : "(prefers-color-scheme: light)";
    const media = forced === null ? system : dark === (forced === "dark") ? "all" : "not all";
    if (part instanceof CSSMediaRule) part.media.mediaText = media;
    else if (part instanceof HTMLMetaElement) part.media = media;
  }
  document.documentElement.style.colorScheme = forced ?? "";
}

paint();
addEventListener("theme", paint); // chosen in this tab
addEventListener("storage", paint); // or in another
