import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Grade } from '@/gen/leadlight/scoring/v1/grade_pb';

// Each pair has a contrast of at least 4.5:1, in light and in dark mode.
const COLOURS: Record<Grade, { background: string; text: string }> = {
  [Grade.UNSPECIFIED]: { background: '#e9ecef', text: '#343a40' },
  [Grade.A]: { background: '#1b7a34', text: '#ffffff' },
  [Grade.B]: { background: '#6b3fb8', text: '#ffffff' },
  [Grade.C]: { background: '#ffd43b', text: '#2b2b2b' },
  [Grade.D]: { background: '#c92a2a', text: '#ffffff' },
};

/** The grade's colour as charts need it. */
export const gradeColour = (grade: Grade): string => COLOURS[grade].background;

/** "A", "B", "C", "D"; empty without a grade. */
export const gradeLetter = (grade: Grade): string => (grade === Grade.UNSPECIFIED ? '' : Grade[grade]);

interface Props {
  readonly grade: Grade;
  /** 0 to 100; undefined without a score. */
  readonly score?: number | undefined;
  readonly size?: 'sm' | 'lg' | 'xl';
}

/** Grade as colour and letter, with the score: never by colour alone. */
export function ScoreBadge({ grade, score, size = 'lg' }: Props) {
  const { t } = useTranslation();
  const { background, text } = COLOURS[grade];
  const letter = gradeLetter(grade);
  const label = letter ? t('score.label', { grade: letter, score: score ?? '' }) : t('score.none');
  return (
    <Badge
      size={size}
      radius="sm"
      role="img"
      aria-label={label}
      style={{ backgroundColor: background, color: text, minWidth: '3.6em', flexShrink: 0 }}
    >
      {letter ? [letter, score].filter((part) => part !== undefined).join(' · ') : '–'}
    </Badge>
  );
}
