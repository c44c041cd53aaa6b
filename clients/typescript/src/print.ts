// What both examples print.

export interface ScoreLine {
  score: number;
  grade: string;
  probability: number;
  reasons: { attribute: string; value: string; points: number }[];
}

export function printScore({ score, grade, probability, reasons }: ScoreLine): void {
  console.log(`score ${score}, grade ${grade}, probability ${probability.toFixed(3)}`);
  for (const { attribute, value, points } of reasons) {
    const signed = (points < 0 ? "" : "+") + points.toFixed(1);
    console.log(`${signed.padStart(6)}  ${attribute} = ${value || "(blank)"}`);
  }
}

export function printReason(info: { reason: string; domain: string }): void {
  console.log(`refused: ${info.reason} by ${info.domain}`);
}

export function printViolation(violation: { field: string; description: string }): void {
  console.log(`  ${violation.field}: ${violation.description}`);
}

/** The value of an environment variable that must be set. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`set ${name}`);
  }
  return value;
}

/** The lead that is scored. */
export const LEAD = { source: "Referral", industry: "Finance", country: "Germany", employees: 189, website_visits: 5 };
