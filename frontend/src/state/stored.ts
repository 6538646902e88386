/** A word that the browser keeps by a name. Knows nothing of what it means. */

/** The word; null where none is kept, or the browser keeps nothing. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep a word, or none. In a browser that keeps nothing it lasts as long as the page. */
export function store(key: string, word: string | null): void {
  try {
    if (word === null) localStorage.removeItem(key);
    else localStorage.setItem(key, word);
  } catch {
    // Nothing is kept then.
  }
}
