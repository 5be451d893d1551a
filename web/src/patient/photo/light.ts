// The light of a phone's camera. No browser's types know it yet; phones with Chrome have it.

interface WithLight {
  torch?: boolean;
}

export function hasLight(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks();
  const able = track?.getCapabilities?.() as WithLight | undefined;
  return able?.torch === true;
}

/** False where it did not do as it was told, whether it says so or not. */
export async function setLight(stream: MediaStream, isOn: boolean): Promise<boolean> {
  const [track] = stream.getVideoTracks();
  const wish: WithLight = { torch: isOn };
  try {
    await track?.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });
  } catch {
    return false;
  }
  const set = track?.getSettings() as WithLight | undefined;
  return set?.torch === undefined || set.torch === isOn;
}
