// A red PNG of 2 by 2 pixels.
export const kPng = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4oKYLRAwQCgAgbgRNQaIioQAAAABJRU5ErkJggg==', 'base64');
