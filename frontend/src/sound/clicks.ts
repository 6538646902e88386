/** A metronome in an audio context: short tones at given times, which can be taken back. Knows no bars. */

const PITCH = 1_050; // Hz
const STRONG_PITCH = 1_575; // a fifth above
const LOUDNESS = 0.25; // of full scale
const STRONG_LOUDNESS = 0.4;
const SECONDS = 0.045;
const SILENT = 0.001; // where an exponential fall ends

export class Clicks {
  private readonly coming = new Set<OscillatorNode>();

  constructor(private readonly context: AudioContext) {}

  /** A click at a time of the context's clock; a strong one is higher and louder. */
  click(isStrong: boolean, time: number): void {
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setValueAtTime(isStrong ? STRONG_LOUDNESS : LOUDNESS, time);
    gain.gain.exponentialRampToValueAtTime(SILENT, time + SECONDS);
    gain.connect(this.context.destination);
    const tone = new OscillatorNode(this.context, { frequency: isStrong ? STRONG_PITCH : PITCH });
    tone.connect(gain);
    tone.onended = () => {
      this.coming.delete(tone);
      gain.disconnect();
    };
    tone.start(time);
    tone.stop(time + SECONDS);
    this.coming.add(tone);
  }

  /** Take back those that are not heard yet. */
  stop(): void {
    for (const tone of this.coming) tone.stop();
  }
}
