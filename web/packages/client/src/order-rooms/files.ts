// The addresses of files: what they may look like, and what they say about the file.

/** Only this server's own files, under whatever path it is shown; the name is one part of the path, without a query. */
const OWN = /^(?:\/(?!\.{1,2}\/)[\w.~-]+)*(\/files\/\d+\/([^/?#\\]*)\/?)$/;

const PICTURE = /\.(?:png|jpe?g|gif|webp)$/i;

/** The path to ask this server for the file, or null where `file` is no address of its files. */
export function filePath(file: string): string | null {
  return OWN.exec(file)?.[1] ?? null;
}

/** What the sender called the file; "" where the address does not say. */
export function fileName(file: string): string {
  const name = OWN.exec(file)?.[2] ?? "";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Whether a file of this name may have a small picture. */
export function isPicture(name: string): boolean {
  return PICTURE.test(name);
}
