// The keys of the inbox, shown under "?"; and the switch for those whose voice or habit would press
// them by accident.
import { useEffect } from "preact/hooks";
import { useStaff } from "./staff_context.ts";
import { words } from "./words.ts";

interface InboxKeysProps {
  shown: boolean;
  show: (shown: boolean) => void;
}

export function InboxKeys({ shown, show }: InboxKeysProps) {
  useEffect(() => {
    if (!shown) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") show(false);
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [shown, show]);
  return (
    <div class="keys">
      <button
        type="button"
        class="plain-button"
        aria-expanded={shown}
        aria-controls="keys"
        onClick={() => show(!shown)}
      >
        {words.inbox.keys} <kbd aria-hidden="true">?</kbd>
      </button>
      <div id="keys" class="keys__list" hidden={!shown}>
        <dl>
          {words.inbox.keysList.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <KeysSwitch />
      </div>
    </div>
  );
}

/** One switch for all pages, because all of them have single keys. */
export function KeysSwitch() {
  const { keys } = useStaff();
  return (
    <label class="keys__switch">
      <input
        type="checkbox"
        checked={keys.on}
        onChange={(event) => keys.switchTo(event.currentTarget.checked)}
      />
      {words.inbox.keysOn}
    </label>
  );
}
