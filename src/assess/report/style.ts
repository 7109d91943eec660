import style from "./report.css?raw";

/** The looks of every report: light and dark, and fit to be printed. */
export const reportStyle: string = style;
