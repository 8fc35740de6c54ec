/** What SIGHUP does to a command: it ends it, unless the command reads its file again instead. */

export class Hangups {
  #act: () => void;
  #missed = false;

  /** @param end stops the command */
  constructor(end: () => void) {
    this.#act = end;
  }

  /** The signal has come. */
  signalled(): void {
    this.#act();
  }

  /** The command will listen, but cannot yet: what comes until then is done at that moment. */
  hold(): void {
    this.#act = () => {
      this.#missed = true;
    };
  }

  /** From now on the signal calls `listener`; at once if one was held. */
  listen(listener: () => void): void {
    this.#act = listener;
    if (this.#missed) listener();
    this.#missed = false;
  }
}
