/** What the drum sounds are called, in full and in short. Knows the table of General MIDI 2 alone. */

/** Pitch: name, and what stands beside its row. */
const DRUMS: Record<number, readonly [name: string, short: string]> = {
  27: ["High Q", "High Q"],
  28: ["Slap", "Slap"],
  29: ["Scratch push", "Scratch"],
  30: ["Scratch pull", "Scratch 2"],
  31: ["Sticks", "Sticks"],
  32: ["Square click", "Click"],
  33: ["Metronome click", "Metro"],
  34: ["Metronome bell", "Metro 2"],
  35: ["Acoustic bass drum", "Kick 2"],
  36: ["Bass drum", "Kick"],
  37: ["Side stick", "Stick"],
  38: ["Snare", "Snare"],
  39: ["Hand clap", "Clap"],
  40: ["Electric snare", "Snare 2"],
  41: ["Low floor tom", "Tom 6"],
  42: ["Closed hi-hat", "Hat"],
  43: ["High floor tom", "Tom 5"],
  44: ["Pedal hi-hat", "Pedal"],
  45: ["Low tom", "Tom 4"],
  46: ["Open hi-hat", "Open"],
  47: ["Low-mid tom", "Tom 3"],
  48: ["High-mid tom", "Tom 2"],
  49: ["Crash cymbal", "Crash"],
  50: ["High tom", "Tom 1"],
  51: ["Ride cymbal", "Ride"],
  52: ["Chinese cymbal", "China"],
  53: ["Ride bell", "Bell"],
  54: ["Tambourine", "Tamb"],
  55: ["Splash cymbal", "Splash"],
  56: ["Cowbell", "Cow"],
  57: ["Second crash cymbal", "Crash 2"],
  58: ["Vibraslap", "Vibra"],
  59: ["Second ride cymbal", "Ride 2"],
  60: ["High bongo", "Bongo"],
  61: ["Low bongo", "Bongo 2"],
  62: ["Muted high conga", "Conga"],
  63: ["Open high conga", "Conga 2"],
  64: ["Low conga", "Conga 3"],
  65: ["High timbale", "Timb"],
  66: ["Low timbale", "Timb 2"],
  67: ["High agogô", "Agogô"],
  68: ["Low agogô", "Agogô 2"],
  69: ["Cabasa", "Cabasa"],
  70: ["Maracas", "Maraca"],
  71: ["Short whistle", "Whist"],
  72: ["Long whistle", "Whist 2"],
  73: ["Short güiro", "Güiro"],
  74: ["Long güiro", "Güiro 2"],
  75: ["Claves", "Claves"],
  76: ["High wood block", "Block"],
  77: ["Low wood block", "Block 2"],
  78: ["Muted cuíca", "Cuíca"],
  79: ["Open cuíca", "Cuíca 2"],
  80: ["Muted triangle", "Triang"],
  81: ["Open triangle", "Triang 2"],
  82: ["Shaker", "Shaker"],
  83: ["Jingle bell", "Jingle"],
  84: ["Bell tree", "Tree"],
  85: ["Castanets", "Castan"],
  86: ["Muted surdo", "Surdo"],
  87: ["Open surdo", "Surdo 2"],
};

/** What a drum sound is called; "Drum 20" outside the table. */
export function drumName(pitch: number): string {
  return DRUMS[pitch]?.[0] ?? `Drum ${pitch}`;
}

/** The same where there is little room, beside others: numbered only where two would be called the same. */
export function drumLabel(pitch: number, others: readonly number[]): string {
  const plain = plainLabel(pitch);
  const isAlone = others.every((other) => other === pitch || plainLabel(other) !== plain);
  return isAlone ? plain : (DRUMS[pitch]?.[1] ?? plain);
}

const NUMBER = / \d$/;

function plainLabel(pitch: number): string {
  return DRUMS[pitch]?.[1].replace(NUMBER, "") ?? String(pitch);
}
