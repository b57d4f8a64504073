// All clients of the service, for pages that name some of them.

/** @import { Answer, Client, ListPage } from "../shared/types" */
import { admin } from "../session.js";
import { query } from "../shared/api.js";

/** Every client, page by page. */
export async function allClients() {
  /** @type {Client[]} */
  const clients = [];
  let cursor = /** @type {string | null | undefined} */ (null);
  do {
    /** @type {Answer<ListPage<Client>>} */
    const { body } = await admin("GET", `/clients${query({ cursor })}`);
    clients.push(...body.items);
    cursor = body.cursor;
  } while (cursor);
  return clients;
}
