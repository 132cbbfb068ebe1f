// The one polite live region of the page. What is said within a moment is said together.

const GATHER_MS = 150;

export class Announcer {
  #region;
  #waiting = [];

  constructor(region) {
    this.#region = region;
  }

  say(text) {
    this.#waiting.push(text);
    if (this.#waiting.length > 1) return;
    setTimeout(() => {
      this.#region.textContent = this.#waiting.join(". ");
      this.#waiting = [];
    }, GATHER_MS);
  }
}
