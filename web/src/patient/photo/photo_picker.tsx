// The other way to a photo: the phone's own picker, or its own camera. The whole button is the
// file input, so that it has the size, the focus and the keyboard of one.
import { useState } from "preact/hooks";
import { words } from "../words.ts";
import { type FileRefused, readChosenFile } from "./chosen_file.ts";
import { makePhoto, type Photo } from "./photo.ts";

export interface Picked {
  photos: readonly Photo[];
  /** What could not be taken, in words, each once. */
  refused: readonly string[];
}

export interface PhotoPickerProps {
  label: string;
  /** How many may be chosen at once. */
  places: number;
  picked: (picked: Picked) => void;
  /** Opens the phone's own camera where there is one. */
  camera?: boolean;
  quiet?: boolean;
}

const REFUSED: Record<FileRefused, string> = {
  heic: words.file.otherKind("a HEIC file"),
  webp: words.file.otherKind("a WebP file"),
  avif: words.file.otherKind("an AVIF file"),
  gif: words.file.otherKind("a GIF file"),
  tiff: words.file.otherKind("a TIFF file"),
  bmp: words.file.otherKind("a BMP file"),
  video: words.file.video,
  "not-a-picture": words.file.notAPicture,
  "too-large": words.file.tooLarge,
  empty: words.file.empty,
  unreadable: words.file.unreadable,
};

export function PhotoPicker({ label, places, picked, camera, quiet }: PhotoPickerProps) {
  const [isReading, setReading] = useState(false);
  return (
    <span class={quiet === true ? "picker picker--quiet" : "picker nhsuk-button nhsuk-button--secondary"}>
      <span aria-hidden="true">{isReading ? `${words.file.reading}…` : label}</span>
      <input
        class="picker__input"
        type="file"
        aria-label={label}
        // Naming the two types makes an iPhone hand over a JPEG where it keeps a HEIC.
        accept="image/jpeg,image/png"
        multiple={places > 1 && camera !== true}
        {...(camera === true ? { capture: "environment" as const } : {})}
        disabled={isReading || places === 0}
        onChange={async (event) => {
          const input = event.currentTarget;
          const files = [...(input.files ?? [])];
          if (files.length === 0) {
            return;
          }
          setReading(true);
          const read = await readAll(files, places);
          // The same file may be chosen again after a mistake.
          input.value = "";
          setReading(false);
          picked(read);
        }}
      />
    </span>
  );
}

async function readAll(files: readonly File[], places: number): Promise<Picked> {
  const photos: Photo[] = [];
  const refused = new Set<string>();
  for (const file of files) {
    const read = await readChosenFile(file);
    if (read.kind === "refused") {
      refused.add(REFUSED[read.why]);
    } else if (photos.length === places) {
      refused.add(words.file.tooMany(places));
    } else {
      photos.push(await makePhoto(read.bytes, read.type, "file"));
    }
  }
  return { photos, refused: [...refused] };
}
