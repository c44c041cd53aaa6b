const SECOND_MS = 1000;
const two = (value: number): string => String(value).padStart(2, '0');

/** A place in a call as players write it, in any language: 1:05, 1:02:05. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
