// How a photo is cut into blocks, and what storage calls them ("Put Block", "Put Block List").

/**
 * Bytes of a block. A quarter of a mebibyte takes five seconds at 400 kbit/s: small enough that a
 * cut connection costs little, large enough that the two round trips of each block do not.
 */
export const BLOCK = 256 * 1024;

export interface Block {
  /** Base64; all of one blob are equally long, as storage wants it. */
  id: string;
  from: number;
  to: number;
}

export function blocksOf(bytes: number): Block[] {
  const count = Math.ceil(bytes / BLOCK);
  return Array.from({ length: count }, (_, index) => ({
    id: btoa(String(index).padStart(6, "0")),
    from: index * BLOCK,
    to: Math.min((index + 1) * BLOCK, bytes),
  }));
}

export function blockAddress(url: string, block: Block): string {
  return `${url}&comp=block&blockid=${encodeURIComponent(block.id)}`;
}

export function listAddress(url: string): string {
  return `${url}&comp=blocklist`;
}

/** The document that makes the blocks one blob, in this order. */
export function blockList(blocks: readonly Block[]): string {
  const names = blocks.map(({ id }) => `<Latest>${id}</Latest>`).join("");
  return `<?xml version="1.0" encoding="utf-8"?><BlockList>${names}</BlockList>`;
}
