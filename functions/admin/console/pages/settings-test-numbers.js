// Test numbers: nothing is sent to them, and their passcode is always the same.

import { bdi, button, el, icon } from "../dom.js";
import { notice } from "../dialogs.js";
import { phoneField, textField } from "../fields.js";
import { section } from "../page.js";
import { readNumber, regionName, spaced } from "../regions.js";
import { table } from "../table.js";

const MOST = 10;

export function testNumbers(draft) {
  const room = el("div", { class: "stack" });
  const alarm = el("p", { class: "field-error", role: "alert", hidden: true });
  const listed = () => draft.get("test_numbers") ?? [];
  const whole = (number) => spaced(number, readNumber(number)?.calling_code);

  function stage(list) {
    say("");
    draft.set("test_numbers", list);
    redraw();
  }

  function say(text) {
    alarm.textContent = text;
    alarm.hidden = !text;
  }

  function list() {
    return table({
      caption: "Test numbers",
      items: listed(),
      columns: [
        {
          label: "Number",
          kind: "main",
          cell: ({ number }) =>
            el(
              "span",
              { class: "phone-name" },
              el("span", {}, regionName(readNumber(number)?.region) ?? "Unknown country"),
              el("span", { class: "soft tabular" }, bdi(whole(number))),
            ),
        },
        { label: "Passcode", cell: ({ code }) => el("code", {}, code) },
        {
          label: "Actions",
          kind: "end",
          unseen: true,
          cell: (one) =>
            button("Remove", {
              kind: "small quiet",
              "aria-label": `Remove ${whole(one.number)}`,
              onclick: () => {
                stage(listed().filter((other) => other !== one));
                focusFirst();
              },
            }),
        },
      ],
    });
  }

  function addForm() {
    const phone = phoneField({ name: "test_number", label: "Test number" });
    const code = textField({
      name: "test_code",
      label: "Passcode",
      mono: true,
      inputmode: "numeric",
      maxlength: 10,
      hint: "4 to 10 digits",
    });
    const form = el(
      "form",
      { class: "add-row three", novalidate: true },
      phone.element,
      code.element,
      el("button", { type: "submit", class: "button" }, icon("plus"), el("span", {}, "Add number")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [number, digits] = [phone.value, code.value.trim()];
      const known = listed().some((one) => one.number === number);
      phone.setError(number.length < 8 ? "Enter a number." : known ? "This number is in the list already." : "");
      code.setError(/^[0-9]{4,10}$/.test(digits) ? "" : "Enter 4 to 10 digits.");
      if (number.length < 8 || known) return phone.focus();
      if (!/^[0-9]{4,10}$/.test(digits)) return code.focus();
      stage([...listed(), { number, code: digits }]);
      return focusFirst();
    });
    return form;
  }

  const focusFirst = () => room.querySelector("input[type=tel]")?.focus();

  function redraw() {
    const none = listed().length === 0;
    room.replaceChildren(
      ...[
        none
          ? el("p", { class: "soft" }, "None: every passcode is drawn at random and sent.")
          : notice({
              kind: "warning",
              title: "Whoever knows the password gets in with these passcodes",
              text: "Nothing is sent to these numbers; their passcode is always the one written here. They are for the review of an app store and for automated tests. Give them to users made for that, and remove them afterwards.",
            }),
        none ? null : el("div", { class: "inset" }, list()),
        alarm,
        listed().length < MOST ? addForm() : el("p", { class: "soft" }, "There is room for no more than ten."),
      ].filter(Boolean),
    );
  }

  redraw();
  return {
    element: section(
      {
        title: "Test numbers",
        lead: "For a user whose phone nobody holds. They never count for a system user, and every use is in the user’s history.",
      },
      room,
    ),
    field: { name: "test_numbers", label: "Test numbers", setError: say, focus: focusFirst },
  };
}
