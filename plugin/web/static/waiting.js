// What the helpdesk's page answers, in time or not.

/**
 * The helpdesk did not do it. `code`: no_host (it has no page around us), no_answer, other_ticket,
 * internal_note, locked, unknown (it may have done it all the same), or a helpdesk's own.
 */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** An answer, or a rejection by `late` where none has come in so many milliseconds. */
export function within(ms, answer, late) {
  let timer;
  const waited = new Promise((_, reject) => { timer = setTimeout(reject, ms, late); });
  return Promise.race([answer, waited]).finally(() => clearTimeout(timer));
}
