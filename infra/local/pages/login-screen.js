// How the end of a login looks: the access token in words.

/** @import { DecodedToken, JwtObject, SignatureState } from "./login-token.js" */
import { factors, rows } from "./login-token.js";
import { $, el } from "./shared/dom.js";
import { duration } from "./shared/words.js";

/**
 * @param {DecodedToken} token
 * @param {{ name: string, lasts: number }} login `lasts` in seconds
 */
export function drawToken({ header, claims, parts: [head, body, sign] }, { name, lasts }) {
  const subject = typeof claims.sub === "string" ? claims.sub : name;
  $("token-lead").replaceChildren(
    "As ",
    el("strong", {}, subject),
    `, with ${factors(claims.amr) || "your password"}.`,
    lasts ? ` The login is good for ${duration(lasts * 1000)}.` : "",
  );
  drawRows("token-claims", claims);
  drawRows("token-header", header);
  $("token-raw").replaceChildren(
    el("span", { class: "head" }, head),
    ".",
    el("span", { class: "body" }, body),
    ".",
    el("span", { class: "sign" }, sign),
  );
  drawSignature("checking");
}

/**
 * @param {string} id of the table's body
 * @param {JwtObject} object
 */
function drawRows(id, object) {
  $(id).replaceChildren(
    ...rows(object).map(({ claim, name, value, note }) => {
      const raw = name === claim ? null : [" ", el("code", {}, claim)];
      return el(
        "tr",
        { role: "row" },
        el("th", { scope: "row", role: "rowheader" }, name, raw),
        el("td", { role: "cell" }, value, note ? el("small", {}, note) : null),
      );
    }),
  );
}

/** @type {Record<SignatureState, string>} */
const SIGNATURES = {
  checking: "Checking the signature…",
  valid: "The signature is right: checked with the public keys of this service",
  invalid: "The signature is wrong. Do not trust this token.",
  unchecked: "The signature was not checked",
};

/** @param {SignatureState} state */
export function drawSignature(state) {
  $("token-signature").dataset.state = state;
  $("token-signature").textContent = SIGNATURES[state];
}
