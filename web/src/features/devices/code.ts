/** The empty margin that a reader of QR codes needs. */
export const quiet = 4;

/** The dark modules as SVG path data: one rectangle for each run in a row. */
export function outline(modules: readonly (readonly boolean[])[]): string {
  let data = '';
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      const width = x - from + 1;
      data += `M${from + quiet} ${y + quiet}h${width}v1h-${width}z`;
    }
  });
  return data;
}
