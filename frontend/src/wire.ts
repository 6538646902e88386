/** What goes over the wire, by the OpenAPI document. Written by `tests/web/test_page_types.py`: not by hand. */

/** An answer to a question that a chart leaves open. */
export interface AnswerView {
  /** What choices take. */
  readonly answer: string;
  /** In words. */
  readonly text: string;
}

/** The pieces of this session, the latest first. */
export interface ArrangementList {
  readonly arrangements: readonly ArrangementView[];
}

/** A band to be composed. */
export interface ArrangementRequest {
  /** Chords such as C:4|Am:4 or C Am | F G7. */
  readonly progression: string;
  /** The metres of its first bars, such as 3/4; the last one holds from there on. */
  readonly meters?: readonly string[];
  /** Beats a minute. */
  readonly tempo?: number;
  /** Style; null: any. */
  readonly style?: string | null;
  /** Who plays. */
  readonly tracks?: readonly Role[];
  /** Same seed, same music; null: another one each time. */
  readonly seed?: number | null;
  /** Versions to compose. */
  readonly takes?: number;
  /** How much is played, from sparse to busy; null: the band decides. */
  readonly density?: number | null;
  /** How daring: 1 is what the weights want, 0 takes the likeliest. */
  readonly temperature?: number;
  /** Choose among the likeliest that together have this share; null: the weights' own. */
  readonly top_p?: number | null;
  /** The bass may begin a slash chord on another note than its slash bass. */
  readonly free_bass?: boolean;
  /** How closely all keep to the chords: 0 freely, 0.5 as people do, 1 never off them on a beat. */
  readonly strict?: number;
  /** Go round, or end with a last chord that rings. */
  readonly ending?: "loop" | "ring";
  /** Begin as songs do, where players come in one after the other. */
  readonly intro?: boolean;
  /** Where the off-beat stands, in per cent of the beat: 50 is straight, 67 triplets. */
  readonly swing?: number;
  /** Who doesn't swing along; null: nobody. */
  readonly straight?: readonly Role[] | null;
  /** How much timing and loudness stray: 0 is exact, 1 as people play. */
  readonly humanize?: number;
  /** Same number, same straying. */
  readonly humanize_seed?: number;
  /** Slow down over the last bars. */
  readonly ritardando?: boolean;
  /** Beats a minute to play at, whatever tempo it was composed for; null: the tempo itself. */
  readonly play_tempo?: number | null;
  /** Semitones to play higher, or lower, than composed. */
  readonly transpose?: number;
  /** How loud and where each player is heard. */
  readonly mix?: "studio" | "stage" | "wide" | "rhythm" | "dry";
  /** What is composed anew after it, one by one. */
  readonly revisions?: readonly RevisionRequest[];
  /** Those of the piece, in the order of playing; together they have its bars. Without any it is one. */
  readonly sections?: readonly PlayedSectionRequest[];
  /** Parts that are not composed, one a track, and a melody, which the band avoids clashing with. */
  readonly given?: readonly GivenPart[];
  readonly name?: string | null;
  /** What the chart is called; unless named, the piece too. */
  readonly title?: string;
  /** The chart as somebody wrote it, to go on with: it is kept, and changes no note. */
  readonly chart?: ChartText | null;
  /** The key that the chart names, such as Gb major, for signatures; that of the chords if left out. */
  readonly key?: string | null;
  /** Fingerprint that the server's model must have: for a link to an exact piece. */
  readonly model?: string | null;
}

/** A piece. Its files are at ``/api/arrangements/{id}/`` once it is done. */
export interface ArrangementView {
  /** In the form C:4|Am:4, each chord as it was spelled. */
  readonly progression: string;
  /** Of its first bars; the last one holds from there on. */
  readonly meters: readonly string[];
  /** Beats a minute. */
  readonly tempo: number;
  /** Style; null: any. */
  readonly style: string | null;
  /** Who plays. */
  readonly tracks: readonly Role[];
  /** The one that was given, or a random one. */
  readonly seed: number;
  /** Versions to compose. */
  readonly takes: number;
  /** How much is played, from sparse to busy; null: the band decides. */
  readonly density: number | null;
  /** How daring: 1 is what the weights want, 0 takes the likeliest. */
  readonly temperature: number;
  /** Choose among the likeliest that together have this share; null: the weights' own. */
  readonly top_p: number | null;
  /** The bass may begin a slash chord on another note than its slash bass. */
  readonly free_bass: boolean;
  /** How closely all keep to the chords: 0 freely, 0.5 as people do, 1 never off them on a beat. */
  readonly strict: number;
  /** Go round, or end with a last chord that rings. */
  readonly ending: "loop" | "ring";
  /** Begin as songs do, where players come in one after the other. */
  readonly intro: boolean;
  /** Where the off-beat stands, in per cent of the beat: 50 is straight, 67 triplets. */
  readonly swing: number;
  /** Who doesn't swing along; null: nobody. */
  readonly straight: readonly Role[] | null;
  /** How much timing and loudness stray: 0 is exact, 1 as people play. */
  readonly humanize: number;
  /** Same number, same straying. */
  readonly humanize_seed: number;
  /** Slow down over the last bars. */
  readonly ritardando: boolean;
  /** Beats a minute to play at, whatever tempo it was composed for; null: the tempo itself. */
  readonly play_tempo: number | null;
  /** Semitones to play higher, or lower, than composed. */
  readonly transpose: number;
  /** How loud and where each player is heard. */
  readonly mix: "studio" | "stage" | "wide" | "rhythm" | "dry";
  /** What the chart is called. */
  readonly title: string;
  /** The chart as somebody wrote it, where that was told. */
  readonly chart: ChartText | null;
  readonly key: string;
  /** Of each take. */
  readonly bars: number;
  readonly beats: number;
  /** How long it plays. */
  readonly seconds: number;
  /** Fingerprint of the weights and the engine. */
  readonly model: string;
  /** In the order of playing; none where the piece is one. */
  readonly sections: readonly PlayedSectionView[];
  /** General MIDI programs of players, from 0, where they aren't the style's. */
  readonly programs: { readonly [Key in Role]?: number };
  /** Somebody's own parts: without their files it is not made again. */
  readonly given: readonly GivenView[];
  /** With chords, options, seeds and model they make the same piece again. */
  readonly revisions: readonly RevisionView[];
  readonly id: string;
  readonly name: string;
  /** How names of its files begin: the name, as far as every system takes it. */
  readonly file_name: string;
  readonly state: State;
  /** Why it was stopped or failed. */
  readonly detail: string | null;
  readonly created: string;
  readonly progress: BarsDone;
}

/** Something that was not certain: how it was read, and how else it could be. */
export interface AssumptionView {
  /** The question's name, for choices. */
  readonly code: string;
  /** In words. */
  readonly question: string;
  readonly read: AnswerView;
  readonly others: readonly AnswerView[];
  readonly places: readonly (readonly [number, number])[];
  /** What stands at the first place. */
  readonly text: string;
}

/** A bar of a take. */
export interface BarComposed {
  /** From 0. */
  readonly take: number;
  /** From 0; those of a take come in order. */
  readonly bar: number;
  readonly notes: { readonly [Key in Role]?: readonly (readonly [number, number, number, number])[] };
  /** Of a revision, which of several candidates. */
  readonly candidate?: number | null;
}

/** How much is composed. */
export interface BarsDone {
  /** Bars that are there, of all takes. */
  readonly bars: number;
  /** Bars that there will be. */
  readonly of: number;
}

/** Another name, key, text of the chart or way to play what was composed; what is not there stays as it is. */
export interface Changing {
  /** Where the off-beat stands, in per cent of the beat: 50 is straight, 67 triplets. */
  readonly swing?: number;
  /** Who doesn't swing along; null: nobody. */
  readonly straight?: readonly Role[] | null;
  /** How much timing and loudness stray: 0 is exact, 1 as people play. */
  readonly humanize?: number;
  /** Same number, same straying. */
  readonly humanize_seed?: number;
  /** Slow down over the last bars. */
  readonly ritardando?: boolean;
  /** Beats a minute to play at, whatever tempo it was composed for; null: the tempo itself. */
  readonly play_tempo?: number | null;
  /** Semitones to play higher, or lower, than composed. */
  readonly transpose?: number;
  /** How loud and where each player is heard. */
  readonly mix?: "studio" | "stage" | "wide" | "rhythm" | "dry";
  readonly name?: string | null;
  /** The chart as it is written now; null: nothing of it is kept. */
  readonly chart?: ChartText | null;
  /** The key that the chart names now, such as Gb major, for signatures; null: that of the chords. */
  readonly key?: string | null;
}

/** A chart in whatever way it is written: a text or link, or the bytes of a file. */
export interface ChartRequest {
  readonly text?: string | null;
  /** A file, in base 64. */
  readonly data?: string | null;
  /** The file's name, where there is one. */
  readonly name?: string;
  /** Answers to questions that the chart leaves open. */
  readonly choices?: { readonly [key: string]: string };
}

/** A chart as somebody wrote it, as `POST /api/charts` takes it. */
export interface ChartText {
  readonly text: string;
  /** The file's name, where there is one. */
  readonly name?: string;
  /** Answers to questions that the chart leaves open. */
  readonly choices?: { readonly [key: string]: string };
}

/** Chords as they were understood. */
export interface ChartView {
  /** In the form C:4|Am:4, each chord as it was spelled. */
  readonly progression: string;
  readonly key: string;
  /** A bar begun counts whole. */
  readonly bars: number;
  /** The step at which each bar begins, and that at which the last one ends. */
  readonly bar_lines: readonly number[];
  readonly beats: number;
  readonly chords: readonly ChordView[];
}

/** Chords to be read. */
export interface ChordRequest {
  /** Chords such as C:4|Am:4 or C Am | F G7. */
  readonly progression: string;
  /** The metres of its first bars, such as 3/4; the last one holds from there on. */
  readonly meters?: readonly string[];
  /** Semitones to move them. */
  readonly transpose?: number;
}

/** A chord in time. */
export interface ChordView {
  readonly name: string;
  /** As it is written; null for N.C. */
  readonly root: string | null;
  /** What is written behind the root; N.C. for no chord. */
  readonly quality: string;
  /** The bass note behind a slash; null where there is none. */
  readonly slash: string | null;
  /** With its duration, such as Bbmaj7:4: joined by | a progression. */
  readonly text: string;
  /** The bar in which it begins, from 0. */
  readonly bar: number;
  /** Where it begins, in beats from the start. */
  readonly onset: number;
  /** In beats. */
  readonly duration: number;
  /** Where it begins on the grid of the notes, in steps from the start. */
  readonly step: number;
  /** The first step after it. */
  readonly end: number;
  /** Its tones, 0 is C; without a slash bass. */
  readonly pitch_classes: readonly number[];
  /** Pitch class of its lowest note; null for N.C. */
  readonly bass: number | null;
}

/** A chart that is wanted on paper. */
export interface DrawRequest {
  readonly text?: string | null;
  /** A file, in base 64. */
  readonly data?: string | null;
  /** The file's name, where there is one. */
  readonly name?: string;
  /** Answers to questions that the chart leaves open. */
  readonly choices?: { readonly [key: string]: string };
  readonly kind?: "pdf" | "svg";
  /** For whom it is written: an instrument, a capo, or numbers. */
  readonly reader?: "concert" | "Bb" | "Eb" | "F" | "capo1" | "capo2" | "capo3" | "capo4" | "capo5" | "capo6" | "capo7" | "numbers";
  readonly paper?: "a4" | "letter";
  /** Notes that stand on a staff below the chords, as the chart is played. */
  readonly melody?: readonly (readonly [number, number, number, number])[];
}

/** A chart, and the chords that shall be played in its place. */
export interface EditRequest {
  readonly text: string;
  /** Answers to questions that the chart leaves open. */
  readonly choices?: { readonly [key: string]: string };
  /** All of them, as played. */
  readonly chords: readonly WishedChord[];
}

/** A chart with other chords in its text. */
export interface EditView {
  /** Only the bars that change are written anew; null where that can't be done. */
  readonly text: string | null;
  /** What is read in it; bars that are played twice change twice. */
  readonly song: SongView | null;
}

/** The history after an edit, and what became of the notes. */
export interface EditedView {
  readonly position: number;
  readonly revisions: readonly RevisionTold[];
  /** Of which one can be chosen. */
  readonly candidates: readonly RevisionTold[];
  /** How far a revision has come that is composed now. */
  readonly composing: BarsDone | null;
  /** Of each take. */
  readonly charts: readonly TakeChart[];
  /** What the grid changed, for each track. */
  readonly edited: readonly GivenView[];
}

/** Notes that stand in some bars of a piece from now on, in the place of those that were there. */
export interface Editing {
  /** By track; one without notes rests in these bars. */
  readonly notes: { readonly [Key in Role]?: readonly (readonly [number, number, number, number])[] };
  /** From 0, in their order; all notes begin in them. */
  readonly bars: readonly number[];
  readonly take?: number;
}

/** How a piece ended; the name of the event tells the rest. */
export interface Ending {
  /** Why it was stopped or failed. */
  readonly detail?: string;
}

/** Chords to begin with, that show something of the language and of the band. */
export interface Example {
  readonly name: string;
  readonly progression: string;
  readonly tempo: number;
  readonly style: string | null;
}

/** A part that is not composed: a track of a file. The band plays around it; a melody is a sixth track. */
export interface GivenPart {
  /** Whose part it is. */
  readonly track: Role;
  /** A MIDI file, or for a melody a MusicXML score, in base 64. */
  readonly data: string;
  /** Which of its tracks, by name or by number from 1; empty: its only one, or the one of this role. */
  readonly part?: string;
  /** Semitones by which it plays higher than in its file; where that leaves the instrument, an octave back. */
  readonly transpose?: number;
}

/** An own part, and what putting it on the grid changed, in notes. */
export interface GivenView {
  readonly track: Role;
  /** General MIDI program of a melody, from 0. */
  readonly program?: number | null;
  /** The one of `/api/options` that is nearest to it. */
  readonly instrument?: number | null;
  readonly notes: number;
  /** That began off the grid of 12 steps a beat. */
  readonly moved: number;
  /** Of another length. */
  readonly durations: number;
  /** Of another velocity: a bar has one. */
  readonly velocities: number;
  /** Of another octave. */
  readonly folded: number;
  /** Left out: after the end, twice at a time, or drums that there are not. */
  readonly dropped: number;
}

/** How far a player strays where humanize is 1: standard deviations in milliseconds. */
export interface HandsView {
  /** From bar to bar. */
  readonly drift: number;
  /** Of what is struck together. */
  readonly stroke: number;
  /** Of each note. */
  readonly finger: number;
  /** How late on average. */
  readonly lag: number;
  /** Of the velocity. */
  readonly touch: number;
}

/** The server's word that it is well. */
export interface Health {
  readonly status: "ok";
  readonly version: string;
  readonly model: string;
  /** Takes that wait for their turn. */
  readonly waiting: number;
}

/** What was changed in a piece; the first ``position`` revisions stand, the others were undone. */
export interface HistoryView {
  readonly position: number;
  readonly revisions: readonly RevisionTold[];
  /** Of which one can be chosen. */
  readonly candidates: readonly RevisionTold[];
  /** How far a revision has come that is composed now. */
  readonly composing: BarsDone | null;
  /** Of each take. */
  readonly charts: readonly TakeChart[];
}

/** A piece to be opened as it is. */
export interface ImportRequest {
  /** The text of a piece's document, such as piece.json of bundle.zip. */
  readonly document: string;
  /** What the list calls it; null: as the document does, or its chords. */
  readonly name?: string | null;
}

/** What a role may play. */
export interface InstrumentView {
  /** Of General MIDI, from 0; of drums a kit. */
  readonly program: number;
  readonly name: string;
  /** Where it is as a SoundFont of its own. */
  readonly font: string;
  /** How large that is. */
  readonly font_bytes: number;
  /** Energy of a note of 0.4 s in tenths of a decibel, at velocity and volume 100, at pitches 24, 30 … 102; of a kit at each pitch from 27. */
  readonly loudness: readonly number[];
  /** What is added to that, in tenths of a decibel, after 0.05, 0.1 … 3.2 s; of a kit nothing. */
  readonly growth: readonly number[];
}

/** A bar, ready to be heard. */
export interface JamBarView {
  /** From 0. */
  readonly number: number;
  readonly chords: readonly JamChordView[];
  readonly notes: { readonly [Key in Role]?: readonly (readonly [number, number, number, number])[] };
}

/** A chord: by its keys or by its name; neither is the one that holds. */
export interface JamChord {
  /** MIDI pitches of keys, the lowest of which is the bass: 52, 55, 60 is C/E. Keys that are no chord change nothing. */
  readonly pitches?: readonly number[] | null;
  readonly chord?: string | null;
}

/** A chord of a bar. */
export interface JamChordView {
  /** Where it begins, from the bar's beginning. */
  readonly step: number;
  readonly name: string;
  /** Pitch classes, 0 is C; its bass among them. What rings on may have them. */
  readonly tones: readonly number[];
}

/** A band to be led bar by bar. */
export interface JamRequest {
  /** Beats a minute. */
  readonly tempo?: number;
  /** Style; null: any. */
  readonly style?: string | null;
  /** Who plays. */
  readonly tracks?: readonly Role[];
  /** Same seed, same music; null: another one each time. */
  readonly seed?: number | null;
  /** How much is played, from sparse to busy; null: the band decides. */
  readonly density?: number | null;
  /** How daring: 1 is what the weights want, 0 takes the likeliest. */
  readonly temperature?: number;
  /** Choose among the likeliest that together have this share; null: the weights' own. */
  readonly top_p?: number | null;
  /** The bass may begin a slash chord on another note than its slash bass. */
  readonly free_bass?: boolean;
  /** Where the off-beat stands, in per cent of the beat: 50 is straight, 67 triplets. */
  readonly swing?: number;
  /** Who doesn't swing along; null: nobody. */
  readonly straight?: readonly Role[] | null;
  /** How much timing and loudness stray: 0 is exact, 1 as people play. */
  readonly humanize?: number;
  /** Same number, same straying. */
  readonly humanize_seed?: number;
  /** How loud and where each player is heard. */
  readonly mix?: "studio" | "stage" | "wide" | "rhythm" | "dry";
  /** Of all bars; at most four beats: 4/4, 3/4, 6/8, 12/8 … */
  readonly metre?: string;
  /** Such as "Eb major"; null: that of the chords. */
  readonly key?: string | null;
}

/** Another chord within the last bar. */
export interface JamTurn {
  /** MIDI pitches of keys, the lowest of which is the bass: 52, 55, 60 is C/E. Keys that are no chord change nothing. */
  readonly pitches?: readonly number[] | null;
  readonly chord?: string | null;
  /** From which on it holds; the first of the bar is 0. */
  readonly beat: number;
}

/** A jam. */
export interface JamView {
  readonly id: string;
  /** The one that was given, or a random one: the same chords give the same notes. */
  readonly seed: number;
  readonly tempo: number;
  readonly metre: string;
  /** Of a bar. */
  readonly beats: number;
  /** Of a bar, 12 a beat. */
  readonly steps: number;
  /** Who plays. */
  readonly tracks: readonly Role[];
  /** So far. */
  readonly bars: number;
  /** What was played, as a chart in text; null before the first bar. */
  readonly chart: string | null;
}

/** Where in its history a piece shall stand: undo and redo. */
export interface Moving {
  /** How many revisions stand. */
  readonly position: number;
}

/** What a leader may decide besides the chords: a field of a request. */
export interface OptionView {
  readonly name: string;
  /** A number, a whole number, a text (of choices), several of the choices, or true and false. */
  readonly kind: "number" | "whole" | "text" | "several" | "flag";
  readonly help: string;
  readonly default: boolean | number | string | readonly string[] | null;
  /** What null stands for; null: it is not a value. */
  readonly nothing: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly choices: readonly string[] | null;
  /** Whether another value gives other notes. */
  readonly shapes: boolean;
  /** To what the model wants: of another model's piece it says nothing. */
  readonly relative: boolean;
  /** Whether a jam has it. */
  readonly live: boolean;
}

/** What the page offers. */
export interface OptionsView {
  readonly version: string;
  /** Fingerprint of the weights and the engine. */
  readonly model: string;
  readonly options: readonly OptionView[];
  /** Steps of a bar whose metre nobody named. */
  readonly bar_steps: number;
  readonly max_bars: number;
  readonly max_minutes: number;
  readonly max_takes: number;
  /** How long a piece is kept. */
  readonly retention_days: number;
  /** The SoundFont that files of sound are made with; null: the package's. */
  readonly soundfont: string | null;
  /** Characters of a progression. */
  readonly max_text: number;
  /** Characters of a name. */
  readonly max_name: number;
  /** Characters of a chart's text that is kept with a piece. */
  readonly max_chart: number;
  readonly tracks: readonly TrackView[];
  /** What tracks play in a style where that isn't their own program. */
  readonly style_programs: { readonly [key: string]: { readonly [Key in Role]?: number } };
  readonly roots: readonly string[];
  readonly qualities: readonly QualityView[];
  readonly examples: readonly Example[];
}

/** A bar in the order of playing, and where it came from. */
export interface PlayedBarView {
  /** The number of its section, from 0. */
  readonly section: number;
  /** How often the section was played before. */
  readonly passing: number;
  /** The written bar of the section, from 0. */
  readonly bar: number;
  /** Where it stands in the text; null where that is not known. */
  readonly place: readonly [number, number] | null;
}

/** One time through a section, and what is wanted of it; null where it is as in the rest of the piece. */
export interface PlayedSectionRequest {
  /** Those of one name come again; without one, it doesn't. */
  readonly name?: string;
  /** Which of its written bars, from 0, in the order of playing. */
  readonly bars: readonly number[];
  readonly style?: string | null;
  /** How much players play, from sparse to busy; others as in the piece. */
  readonly density?: { readonly [Key in Role]?: number };
  /** Who plays. */
  readonly tracks?: readonly Role[] | null;
  readonly loudness?: string | null;
  /** As the last time, to the note; like it; or new. */
  readonly repeat?: Repeat;
}

/** The same in an answer. */
export interface PlayedSectionView {
  /** Those of one name come again; without one, it doesn't. */
  readonly name: string;
  /** Which of its written bars, from 0, in the order of playing. */
  readonly bars: readonly number[];
  readonly style: string | null;
  /** How much players play, from sparse to busy; others as in the piece. */
  readonly density: { readonly [Key in Role]?: number };
  /** Who plays. */
  readonly tracks: readonly Role[] | null;
  readonly loudness: string | null;
  /** As the last time, to the note; like it; or new. */
  readonly repeat: Repeat;
}

/** What went wrong, after RFC 9457. */
export interface Problem {
  /** Kind of problem, such as urn:sideman:chords. */
  readonly type: string;
  /** The status in words. */
  readonly title: string;
  readonly status: number;
  /** What, where and the remedy, in one line. */
  readonly detail: string;
  /** Of chords: the text that cannot be read. */
  readonly value?: string;
  /** Of chords: its first character, counted from 1. */
  readonly position?: number;
  /** Of chords: what is wrong and where, without the remedy. */
  readonly finding?: string;
  /** Of chords: what would be right. */
  readonly remedy?: string;
  /** Of chords: texts to put in place of the value, the likeliest first; none for mere advice. */
  readonly suggestions?: readonly string[];
  /** Of a chart: everything in it that cannot be read, each as the first is told above. */
  readonly faults?: readonly {
    readonly value: string;
    readonly position: number;
    readonly line: number;
    readonly column: number;
    readonly finding: string;
    readonly remedy: string;
    readonly suggestions: readonly string[];
  }[];
  /** Which field of the request is wrong, such as body.tempo. */
  readonly field?: string;
}

/** A chord quality that the model knows. */
export interface QualityView {
  /** What is written after the root. */
  readonly name: string;
  /** Its tones as musicians count them, such as 1 b3 5. */
  readonly degrees: string;
}

/** What is to be played anew in a piece, and how many ways to choose from. */
export interface Redoing {
  /** Null: another one each time. */
  readonly seed?: number | null;
  /** Chords that the take has from then on; null: the same. */
  readonly progression?: string | null;
  /** Of these chords' first bars; null: those of before. */
  readonly meters?: readonly string[] | null;
  /** For each bar of these chords the bar before that it was, from 0, or null where it is new; null in place of the list: each is what it was. */
  readonly origins?: readonly (number | null)[] | null;
  /** Null: all who play. */
  readonly tracks?: readonly Role[] | null;
  /** From 0, in their order; null: those that the chords touch, or all. */
  readonly bars?: readonly number[] | null;
  readonly take?: number;
  /** Whether the bar before a chord that changed is played anew too. */
  readonly anticipate?: boolean;
  /** Composed each time; the one stands that the bars after it fit best. */
  readonly drafts?: number;
  /** Ways to play it; of several one is chosen among the candidates. */
  readonly takes?: number;
}

export const REPEATS = ["as", "like", "new"] as const;
/** What a section does when it comes again: the same notes, much the same, or something new. */
export type Repeat = (typeof REPEATS)[number];

/** What a revision is called. */
export interface RevisionNaming {
  /** What the list calls it. */
  readonly name: string;
}

/** Some bars of some tracks of a take, composed anew around all else, which stays note for note. */
export interface RevisionRequest {
  /** Null: another one each time. */
  readonly seed?: number | null;
  /** Chords that the take has from then on; null: the same. */
  readonly progression?: string | null;
  /** Of these chords' first bars; null: those of before. */
  readonly meters?: readonly string[] | null;
  /** For each bar of these chords the bar before that it was, from 0, or null where it is new; null in place of the list: each is what it was. */
  readonly origins?: readonly (number | null)[] | null;
  readonly tracks: readonly Role[];
  /** From 0, in their order; none only where bars have other origins. */
  readonly bars: readonly number[];
  readonly take?: number;
  /** What these tracks play in these bars, where that is given: then there are no seed and no chords. */
  readonly notes?: { readonly [Key in Role]?: readonly (readonly [number, number, number, number])[] } | null;
}

/** A revision of the history, or a candidate for one. */
export interface RevisionTold {
  /** What it is called: whom and which bars it changed, unless somebody named it. */
  readonly name: string;
  readonly tracks: readonly Role[];
  /** That were played anew, from 0. */
  readonly bars: readonly number[];
  readonly take: number;
  /** With which it was composed; null where it was given. */
  readonly seed: number | null;
  readonly changes_chords: boolean;
}

/** What was composed anew after the takes. */
export interface RevisionView {
  /** The one that was given, or a random one; null where notes were given. */
  readonly seed: number | null;
  /** Chords that the take has from then on; null: the same. */
  readonly progression: string | null;
  /** Of these chords' first bars; null: those of before. */
  readonly meters: readonly string[] | null;
  /** For each bar of these chords the bar before that it was, from 0, or null where it is new; null in place of the list: each is what it was. */
  readonly origins: readonly (number | null)[] | null;
  readonly tracks: readonly Role[];
  /** From 0, in their order; none only where bars have other origins. */
  readonly bars: readonly number[];
  readonly take: number;
  /** What these tracks play in these bars, where that is given: then there are no seed and no chords. */
  readonly notes: { readonly [Key in Role]?: readonly (readonly [number, number, number, number])[] } | null;
}

export const ROLES = ["drums", "piano", "guitar", "bass", "strings", "melody"] as const;
/** A chair in the band: the five that can be composed, in LPD-5's order of tracks, and that of a given melody. */
export type Role = (typeof ROLES)[number];

/** How a player is heard in a mix. */
export interface SeatView {
  /** MIDI controller 10. */
  readonly pan: number;
  /** MIDI controller 91. */
  readonly reverb: number;
  /** MIDI controller 93. */
  readonly chorus: number;
  /** LU louder than the track's target. */
  readonly lift: number;
}

/** A section of a song as it stands on paper. */
export interface SectionView {
  readonly name: string;
  /** Written ones. */
  readonly bars: number;
}

/** A chart that was read: the song that is played, and what was assumed. */
export interface SongView {
  /** What it was written in, such as text, iReal Pro, MusicXML. */
  readonly format: string;
  readonly title: string;
  readonly composer: string;
  /** As the chart names it. */
  readonly style: string;
  /** The band's style that this means; null where it means none of ours. */
  readonly band_style: string | null;
  /** As the chart names it; null where it doesn't. */
  readonly key: string | null;
  /** Beats a minute; null where the chart names none. */
  readonly tempo: number | null;
  /** Of the played bars; the last one holds from there on. For an arrangement. */
  readonly meters: readonly string[];
  /** The chords as they are played. Its progression is for an arrangement. */
  readonly chart: ChartView;
  /** Whether people write its format by hand. */
  readonly is_by_hand: boolean;
  /** For an editor: as it came where it is by hand, else another that is read the same. */
  readonly text: string;
  readonly sections: readonly SectionView[];
  /** The bars of all sections, one section after the other. */
  readonly written: readonly WrittenBarView[];
  /** The sections in the order of playing, with what is wanted of them: for an arrangement. */
  readonly passages: readonly PlayedSectionView[];
  readonly bars: readonly PlayedBarView[];
  readonly assumptions: readonly AssumptionView[];
}

export const STATES = ["waiting", "composing", "done", "stopped", "failed"] as const;
/** How far a piece has come. */
export type State = (typeof STATES)[number];

/** The chords of a take as they are now. */
export interface TakeChart {
  readonly progression: string;
  readonly meters: readonly string[];
  readonly bars: number;
  /** The step at which each bar begins, and that at which the last one ends. */
  readonly bar_lines: readonly number[];
  /** Of these bars, in the order of playing. */
  readonly sections: readonly PlayedSectionView[];
}

/** A chair in the band, and how it sounds unless told otherwise. */
export interface TrackView {
  readonly role: Role;
  readonly is_drum: boolean;
  /** Of General MIDI, from 0; of drums a kit. */
  readonly program: number;
  /** LUFS of a track at volume 100. */
  readonly target: number;
  /** How it is heard in each mix. */
  readonly seats: { readonly [key: string]: SeatView };
  readonly instruments: readonly InstrumentView[];
  /** MIDI pitch that the instrument has. */
  readonly lowest: number;
  /** MIDI pitch that the instrument has. */
  readonly highest: number;
  readonly hands: HandsView;
}

/** A chord that shall be played. */
export interface WishedChord {
  /** As a chart's chords are named. */
  readonly name: string;
  /** In beats: whole ticks, of which a beat has 24. */
  readonly duration: number;
}

/** A bar as it stands on paper, and the signs at it. Its chords are those of a played bar that is this one. */
export interface WrittenBarView {
  readonly meter: string;
  /** A repeated passage begins here. */
  readonly repeat: boolean;
  /** How often the passage that ends here is played in all; 0: none ends. */
  readonly times: number;
  /** The times through for which a bracket begins here. */
  readonly endings: readonly number[];
  /** The bracket ends here, where no other sign says so. */
  readonly ending_stops: boolean;
  readonly segno: boolean;
  /** The coda begins here. */
  readonly coda: boolean;
  /** After it, the last time, playing goes on at the coda. */
  readonly to_coda: boolean;
  readonly fine: boolean;
  /** Where playing goes on after it, such as D.S. al Coda. */
  readonly jump: string | null;
}

/** By method and path: what is sent, and the answer. */
export interface Operations {
  "GET /api/arrangements": { readonly body: undefined; readonly answer: ArrangementList };
  "POST /api/arrangements": { readonly body: ArrangementRequest; readonly answer: ArrangementView };
  "POST /api/arrangements:import": { readonly body: ImportRequest; readonly answer: ArrangementView };
  "GET /api/arrangements/{identity}": { readonly body: undefined; readonly answer: ArrangementView };
  "PATCH /api/arrangements/{identity}": { readonly body: Changing; readonly answer: ArrangementView };
  "DELETE /api/arrangements/{identity}": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/events": { readonly body: undefined; readonly answer: undefined };
  "POST /api/chords:parse": { readonly body: ChordRequest; readonly answer: ChartView };
  "POST /api/charts": { readonly body: ChartRequest; readonly answer: SongView };
  "POST /api/charts:edit": { readonly body: EditRequest; readonly answer: EditView };
  "GET /api/options": { readonly body: undefined; readonly answer: OptionsView };
  "GET /api/health": { readonly body: undefined; readonly answer: Health };
  "GET /api/arrangements/{identity}/midi": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/score.musicxml": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/chart.{kind}": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/audio.{kind}": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/stems.zip": { readonly body: undefined; readonly answer: undefined };
  "GET /api/arrangements/{identity}/bundle.zip": { readonly body: undefined; readonly answer: undefined };
  "POST /api/charts:draw": { readonly body: DrawRequest; readonly answer: undefined };
  "GET /api/arrangements/{identity}/revisions": { readonly body: undefined; readonly answer: HistoryView };
  "POST /api/arrangements/{identity}/revisions": { readonly body: Redoing; readonly answer: HistoryView };
  "PATCH /api/arrangements/{identity}/revisions": { readonly body: Moving; readonly answer: HistoryView };
  "POST /api/arrangements/{identity}/edits": { readonly body: Editing; readonly answer: EditedView };
  "GET /api/arrangements/{identity}/revisions/events": { readonly body: undefined; readonly answer: undefined };
  "PATCH /api/arrangements/{identity}/revisions/{number}": { readonly body: RevisionNaming; readonly answer: HistoryView };
  "POST /api/arrangements/{identity}/candidates/{number}": { readonly body: undefined; readonly answer: HistoryView };
  "DELETE /api/arrangements/{identity}/candidates": { readonly body: undefined; readonly answer: HistoryView };
  "POST /api/jams": { readonly body: JamRequest; readonly answer: JamView };
  "GET /api/jams/{identity}": { readonly body: undefined; readonly answer: JamView };
  "DELETE /api/jams/{identity}": { readonly body: undefined; readonly answer: undefined };
  "POST /api/jams/{identity}/bars": { readonly body: JamChord; readonly answer: JamBarView };
  "POST /api/jams/{identity}/turns": { readonly body: JamTurn; readonly answer: JamBarView };
  "GET /api/jams/{identity}/midi": { readonly body: undefined; readonly answer: undefined };
}

/** By name: the data of a server-sent event. */
export interface Events {
  readonly bar: BarComposed;
  readonly progress: BarsDone;
  readonly done: Ending;
  readonly stopped: Ending;
  readonly error: Ending;
}
