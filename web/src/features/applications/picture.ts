// A picture becomes a PNG of 256 x 256 pixels before it is sent: every app shows it small, and servers limit its size.

export const side = 256;
export const largest = 20 * 1024 * 1024;

export interface Place { x: number; y: number; width: number; height: number }

/** Where a picture of this size stands in the square: whole, in the middle, no side thinner than a pixel. */
export function place(width: number, height: number, square = side): Place {
  if (!(width > 0) || !(height > 0)) return { x: 0, y: 0, width: square, height: square };
  const scale = Math.min(square / width, square / height);
  const w = Math.min(square, Math.max(1, Math.round(width * scale)));
  const h = Math.min(square, Math.max(1, Math.round(height * scale)));
  return { x: Math.floor((square - w) / 2), y: Math.floor((square - h) / 2), width: w, height: h };
}

/** Halves until the next half would be too small: one big step makes a picture grainy. */
export function steps(width: number, height: number, to: Place): [number, number][] {
  const sizes: [number, number][] = [];
  let w = Math.round(width);
  let h = Math.round(height);
  while (w >= to.width * 2 && h >= to.height * 2 && sizes.length < 8) {
    w = Math.max(to.width, Math.round(w / 2));
    h = Math.max(to.height, Math.round(h / 2));
    sizes.push([w, h]);
  }
  return sizes;
}

export type Refusal = 'type' | 'size' | 'broken';

export function refusal(file: { type: string; size: number }): Refusal | null {
  if (!/^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/.test(file.type)) return 'type';
  return file.size > largest ? 'size' : null;
}

/** The first picture of what was dropped or pasted. */
export function pictureOf(files: Iterable<File> | null | undefined): File | null {
  const all = [...(files ?? [])];
  return all.find((file) => file.type.startsWith('image/')) ?? all[0] ?? null;
}

function canvas(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement('canvas');
  element.width = width;
  element.height = height;
  const context = element.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  return [element, context];
}

function dataUrl(file: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}

// Not by createImageBitmap, which reads no SVG.
async function read(file: Blob): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = await dataUrl(file);
  await image.decode();
  return image;
}

/** The scaled PNG, or why there is none. */
export async function scaled(file: File): Promise<Blob | Refusal> {
  const refused = refusal(file);
  if (refused) return refused;
  try {
    const image = await read(file);
    // A drawing without a size of its own (SVG) is as large as the square.
    const width = image.naturalWidth || side;
    const height = image.naturalHeight || side;
    const to = place(width, height);
    let source: CanvasImageSource = image;
    for (const [w, h] of steps(width, height, to)) {
      const [half, context] = canvas(w, h);
      context.drawImage(source, 0, 0, w, h);
      source = half;
    }
    const [square, context] = canvas(side, side);
    context.drawImage(source, to.x, to.y, to.width, to.height);
    const png = await new Promise<Blob | null>((done) => square.toBlob(done, 'image/png'));
    return png ?? 'broken';
  } catch {
    return 'broken';
  }
}
