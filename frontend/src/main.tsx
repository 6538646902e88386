/** The door: draws the page and opens what there is. */

import { render } from "preact";
import "./styles/base.css";
import { recallText } from "./state/draft";
import { recallClicks, recallMixer } from "./state/kept";
import { keepPage } from "./state/offline";
import { followSettings, keepPlaying } from "./state/playing";
import { followChanges } from "./state/redoing";
import { updatePiece } from "./state/session";
import { start } from "./state/start";
import { App } from "./ui/App";

const root = document.getElementById("app");
const edited = recallText();
recallMixer();
recallClicks();
followSettings();
keepPlaying(updatePiece);
followChanges();
if (root) render(<App />, root);
void start(edited);
keepPage();
