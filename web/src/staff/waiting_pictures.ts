// The pictures that the inbox last showed, in its order: from one to the next without going back.

export interface WaitingPicture {
  patient: string;
  item: string;
}

/** What is still to be looked at after `item`: itself and what came before it are left out. */
export function stillWaiting(pictures: readonly WaitingPicture[], item: string): WaitingPicture[] {
  const at = pictures.findIndex((picture) => picture.item === item);
  return at === -1 ? [...pictures] : [...pictures.slice(at + 1), ...pictures.slice(0, at)];
}
