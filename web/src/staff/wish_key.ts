// The key of a wish: the same wish sent again carries the same one, another wish a fresh one. One
// press is one record, however often its call arrives.
export interface WishKey {
  wish: string;
  key: string;
}

export function keyOf(
  before: WishKey | undefined,
  request: unknown,
  fresh: () => string,
): WishKey {
  const wish = JSON.stringify(request);
  return before?.wish === wish ? before : { wish, key: fresh() };
}

/** 128 random bits: nobody else's wish has this key. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
