/** Over the cells: what sections are called, and the bars to go to and to loop on. */

import { loop, type Player } from "../../state/playback";
import { Numbers } from "../roll/Numbers";
import type { BandView } from "./view";

export function Ruler({ view, player }: { readonly view: BandView; readonly player: Player }) {
  const [lines, scale] = [view.lines.value, view.scale.value];
  const placed = (from: number, to: number) => {
    const left = lines.onset(from) * scale;
    return { left: `${left}px`, width: `${lines.onset(to) * scale - left}px` };
  };
  return (
    <div class="band-ruler" style={{ width: `${view.content.value}px` }}>
      {view.headings.value.map(({ name, from, to }) => (
        <span key={from} class="band-section" style={placed(from, Math.min(to, lines.count))}>
          {name}
        </span>
      ))}
      {scale > 0 && <Numbers left={0} width={view.content.value} scale={scale} lines={lines} player={player} />}
      {loop.value && lines.count > 0 && <i class="band-loop" style={placed(loop.value.from, loop.value.to)} />}
    </div>
  );
}
