// The pictures that the inbox last showed and nobody has looked at since, oldest first: from one to
// the next without going back.

export interface WaitingPicture {
  patient: string;
  item: string;
}

export function without(pictures: readonly WaitingPicture[], item: string): WaitingPicture[] {
  return pictures.filter((picture) => picture.item !== item);
}
