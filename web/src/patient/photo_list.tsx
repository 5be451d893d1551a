// The photos of page 7: those that have arrived, which are no longer here to be shown, and those
// that are only on this page.
import type { CaptureShown } from "./journey.ts";
import type { Photo } from "./photo/photo.ts";
import { words } from "./words.ts";

type Upload = CaptureShown["uploads"][number];

interface ArrivedPhotosProps {
  uploads: readonly Upload[];
  takeOut: (upload: string, number: number) => void;
}

export function ArrivedPhotos({ uploads, takeOut }: ArrivedPhotosProps) {
  const { photos: say } = words;
  const refused = uploads.filter(({ state }) => state === "refused");
  const there = uploads.filter(({ state }) => state === "arrived" || state === "filed");
  return (
    <>
      {refused.map(({ upload, refusalWords }) => (
        <p class="callout callout--error" key={upload}>
          {refusalWords ?? words.sent.refusedTitle(1)}
        </p>
      ))}
      {there.length > 0 && (
        <ul class="photo-list">
          {there.map(({ upload, state }, index) => (
            <li class="photo-list__item" key={upload}>
              <span class="photo-list__gone" aria-hidden="true">
                ✓
              </span>
              <div class="photo-list__words">
                <strong>{say.item(index + 1)}</strong>
                <p>{say.arrived}</p>
                {state === "arrived" && (
                  <button
                    class="link-button"
                    type="button"
                    aria-label={say.remove(index + 1)}
                    onClick={() => takeOut(upload, index + 1)}
                  >
                    {say.removeShort}
                  </button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface NewPhotosProps {
  photos: readonly Photo[];
  /** Number of the first. */
  first: number;
  drop: (photo: Photo, number: number) => void;
}

export function NewPhotos({ photos, first, drop }: NewPhotosProps) {
  const { photos: say } = words;
  if (photos.length === 0) {
    return null;
  }
  return (
    <ul class="photo-list">
      {photos.map((photo, index) => {
        const number = first + index;
        return (
          <li class="photo-list__item" key={photo.key}>
            <img class="photo-list__picture" src={photo.url} alt={say.alt(number)} />
            <div class="photo-list__words">
              <strong>{say.item(number)}</strong>
              {photo.refusal === undefined ? (
                <p>{say.notSent}</p>
              ) : (
                <p class="photo-list__refusal">
                  {photo.refusal === "" ? words.unexpected : photo.refusal}
                </p>
              )}
              <button
                class="link-button"
                type="button"
                aria-label={say.remove(number)}
                onClick={() => drop(photo, number)}
              >
                {say.removeShort}
              </button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
