/** Only to word where a setting is; nothing depends on it. */
export function isApple(): boolean {
  return /iPhone|iPad|Macintosh/.test(navigator.userAgent);
}
