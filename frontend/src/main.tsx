/** The door: draws the page and opens what there is. */

import { render } from "preact";
import "./styles/base.css";
import { recallText } from "./state/draft";
import { recallMixer } from "./state/kept";
import { start } from "./state/start";
import { App } from "./ui/App";

const root = document.getElementById("app");
const edited = recallText();
recallMixer();
if (root) render(<App />, root);
void start(edited);
