/** A file that the browser keeps for the page, and sends nowhere. Knows nothing of what is in it. */

const DATABASE = "sideman";
const FILES = "files";
const NAME = "soundfont";

/** What was kept; null where there is nothing, or the browser keeps nothing. */
export async function recallFile(): Promise<File | null> {
  try {
    const kept = await ask<unknown>("readonly", (files) => files.get(NAME));
    return kept instanceof File ? kept : null;
  } catch {
    return null;
  }
}

/** Keep a file in the place of the one before. Whether the browser does. */
export async function keepFile(file: File): Promise<boolean> {
  return ask("readwrite", (files) => files.put(file, NAME)).then(
    () => true,
    () => false, // no room, or a private window
  );
}

export async function forgetFile(): Promise<void> {
  await ask("readwrite", (files) => files.delete(NAME)).catch(() => {}); // then there is none
}

function ask<Answer>(mode: IDBTransactionMode, what: (files: IDBObjectStore) => IDBRequest<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(FILES);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(FILES, mode);
      const asked = what(transaction.objectStore(FILES));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? asked.error);
      const close = () => database.close();
      transaction.addEventListener("complete", close);
      transaction.addEventListener("abort", close);
    };
  });
}
