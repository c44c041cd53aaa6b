/** A circle in pixels. */
export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

const GAP = 3;
const STEP_RADIANS = 0.25;
const STEP_PX = 0.35;

/** Circles of these radii around a centre without overlap, each as near to it as a spiral finds; the largest first.
 *
 * @param squeeze how much wider than high the heap becomes.
 */
export function packed(radii: readonly number[], squeeze: number): Circle[] {
  const placed: Circle[] = [];
  for (const r of radii) {
    let angle = 0;
    let circle: Circle = { x: 0, y: 0, r };
    while (placed.some((other) => touches(other, circle))) {
      angle += STEP_RADIANS;
      const reach = STEP_PX * angle * Math.max(1, r / 10);
      circle = { x: reach * Math.cos(angle) * squeeze, y: reach * Math.sin(angle), r };
    }
    placed.push(circle);
  }
  return placed;
}

const touches = (one: Circle, other: Circle): boolean =>
  Math.hypot(one.x - other.x, one.y - other.y) < one.r + other.r + GAP;
