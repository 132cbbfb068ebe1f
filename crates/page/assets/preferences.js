// What this reader has set on this browser. Storage may be switched off; then nothing is kept.

const PREFIX = "tidemark.";

/** The kept text, or null. */
export function readPreference(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keeps a text; null forgets it. */
export function keepPreference(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // why: a choice that cannot be kept still holds until the page is left
  }
}
