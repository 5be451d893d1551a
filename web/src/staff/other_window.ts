// From the small window, in which somebody signed in again, to the window with their work. The
// answer alone goes over; only the window that asked has the secret that turns it into tokens.

const NAME = "aftersight-sign-in";

type Message = { answer: string } | { taken: string };

/** Listens for answers of small windows; `take` says whether one was ours. */
export function listenForAnswers(take: (answer: URLSearchParams) => Promise<boolean>): () => void {
  // Missing before Safari 15.4: there the small window says to start again here.
  if (typeof BroadcastChannel === "undefined") return () => undefined;
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = async ({ data }: MessageEvent<Message>) => {
    if (!("answer" in data)) return;
    const answer = new URLSearchParams(data.answer);
    if (await take(answer)) say(channel, { taken: answer.get("state") ?? "" });
  };
  return () => channel.close();
}

/** Hands `answer` to whichever window asked for it; false where none says that it did. */
export function handToOtherWindow(answer: URLSearchParams, patience = 5_000): Promise<boolean> {
  if (typeof BroadcastChannel === "undefined") return Promise.resolve(false);
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(NAME);
    const end = (taken: boolean) => {
      clearTimeout(timer);
      channel.close();
      resolve(taken);
    };
    const timer = setTimeout(() => end(false), patience);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("taken" in data && data.taken === answer.get("state")) end(true);
    };
    say(channel, { answer: answer.toString() });
  });
}

function say(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message);
}
