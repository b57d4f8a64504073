// The page of an address below /v1/account/. A page is a module with `draw`; the address without a name is the login.

/** @import { Context } from "./context.js" */

/**
 * A page. `draw` fills the place. It may give a function that changes the language of the page at hand; else the page
 * is drawn anew for that.
 * @typedef {object} PageModule
 * @property {(place: HTMLElement, context: Context) => Redraw | Promise<Redraw>} draw
 */

/** @typedef {(() => void) | undefined | void} Redraw */

/** @typedef {() => Promise<PageModule>} LoadPage */

/**
 * A link of a mail has its token in the fragment, which browsers send to no server: `#invitation=…`.
 * @param {string} name
 */
export function takeFragment(name) {
  const given = new URLSearchParams(location.hash.slice(1)).get(name);
  // The token leaves the address bar and the browser's history at once.
  if (given !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return given;
}

export class Router {
  /** The name of the page that is shown. */
  at = "";

  /**
   * @param {Record<string, LoadPage>} routes by the name in the address
   * @param {(load: LoadPage) => Promise<void>} show
   */
  constructor(routes, show) {
    this.routes = routes;
    this.show = show;
    addEventListener("popstate", () => {
      if (this.#named() !== this.at) this.refresh();
    });
  }

  /** Show the page of the address. */
  refresh() {
    this.at = this.#named();
    return this.show(this.routes[this.at]);
  }

  /**
   * Go to another page.
   * @param {string} name
   * @param {{ replace?: boolean }} [options] `replace`: Back does not lead here again
   */
  go(name, { replace = false } = {}) {
    const address = new URL(name || "index.html", this.#base());
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    return this.refresh();
  }

  #named() {
    const name = location.pathname.slice(this.#base().pathname.length);
    return Object.hasOwn(this.routes, name) ? name : "";
  }

  /** The folder of the pages: this module is in a folder of it. */
  #base() {
    return new URL("../", import.meta.url);
  }
}
