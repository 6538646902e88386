/** The page's pictograms, on a grid of 24. */

const PATHS = {
  play: "M7 4.5v15l13-7.5z",
  start: "M6 5h2.500v14H6zM19 5v14l-9.500-7z",
  pause: "M6 4.5h4.5v15H6zM13.5 4.5H18v15h-4.5z",
  stop: "M6 6h12v12H6z",
  again:
    "M4 7h9.2l-2.1-2.1 1.4-1.4L17 8l-4.5 4.5-1.4-1.4L13.2 9H6v5H4zM20 17h-9.2l2.1 2.1-1.4 1.4L7 16l4.5-4.5 1.4 1.4L10.8 15H18v-5h2z",
  download: "M11 3h2v9.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3zM4 18h16v2H4z",
  link: "M10.6 13.4a1 1 0 0 1 0-1.4l3-3 1.4 1.4-3 3a1 1 0 0 1-1.4 0zM8.5 19a4 4 0 0 1-2.8-6.8l2.6-2.6 1.4 1.4-2.6 2.6a2 2 0 1 0 2.8 2.8l2.6-2.6 1.4 1.4-2.6 2.6A4 4 0 0 1 8.5 19zm7.2-4.6L14.300 13l2.600-2.600a2 2 0 1 0-2.800-2.800l-2.600 2.600-1.400-1.400 2.600-2.600a4 4 0 1 1 5.600 5.600z",
  rename:
    "M4 16.5V20h3.500L17.800 9.700l-3.500-3.500zM19.200 8.300a1 1 0 0 0 0-1.400l-2.100-2.100a1 1 0 0 0-1.400 0l-.9.9 3.500 3.500z",
  remove: "M8 4h8v2h4v2H4V6h4zM6 9h12l-.9 11H6.900z",
  grip: "M9 5h2v2H9zM13 5h2v2h-2zM9 11h2v2H9zM13 11h2v2h-2zM9 17h2v2H9zM13 17h2v2h-2z",
  close:
    "M6.400 5 12 10.600 17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400L12 13.400 6.400 19 5 17.600 10.600 12 5 6.400z",
  theme: "M12 3a9 9 0 1 0 0 18zM12 1.500A10.500 10.500 0 1 1 12 22.500 10.500 10.500 0 0 1 12 1.500z",
  undo: "M9 5 4 10l5 5v-4h5a3.500 3.500 0 0 1 0 7h-3v2h3a5.500 5.500 0 0 0 0-11H9z",
  redo: "m15 5 5 5-5 5v-4h-5a3.500 3.500 0 0 0 0 7h3v2h-3a5.500 5.500 0 0 1 0-11h5z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h1.500v10h-13V10zm2 0h6V8a3 3 0 0 0-6 0z",
  unlocked: "M7 10V8a5 5 0 0 1 9.700-1.700l-1.900.6A3 3 0 0 0 9 8v2h9.500v10h-13V10zm.5 2v6h9v-6z",
  more: "M5 10h3.500v3.500H5zM10.300 10h3.500v3.500h-3.500zM15.600 10h3.500v3.500h-3.500z",
  unfold: "M9 6l6.500 6L9 18z",
  copy: "M8 3h12v13H8zm2 2v9h8V5zM4 7h2v11h10v2H4z",
  paste: "M9 3h6v2h4v16H5V5h4zM7 7v12h10V7zM11 9h2v3h3v2h-3v3h-2v-3H8v-2h3z",
  minus: "M5 11h14v2H5z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  palette: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM15.500 13h2v2.500H20v2h-2.500V20h-2v-2.500H13v-2h2.500z",
  left: "M11 5 4 12l7 7v-6h9v-2h-9z",
  right: "m13 5 7 7-7 7v-6H4v-2h9z",
  file: "M6 2h8l5 5v15H6zm2 2v16h9V9h-4.500V4zM10 12h5v1.500h-5zM10 15.500h5V17h-5z",
  record: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14z",
  large:
    "M4 4h6v2H7.400l3.300 3.300-1.400 1.400L6 7.400V10H4zM20 20h-6v-2h2.600l-3.300-3.300 1.400-1.400 3.300 3.300V14h2z",
  print: "M7 3h10v5h3v9h-3v4H7v-4H4V8h3zm2 2v3h6V5zm0 9v5h6v-5zM6 10v5h1v-3h10v3h1v-5z",
  repeat: "M4 4h11v2H6v9H4zM8 8h12v12H8zm5 2v3h-3v2h3v3h2v-3h3v-2h-3v-3z",
  jam: "M3 5h18v14H3zm2 2v10h2.500v-4H7V7zm5.500 0v6H10v4h4v-4h-.500V7zm6.500 0v6h-.500v4H19V7z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
