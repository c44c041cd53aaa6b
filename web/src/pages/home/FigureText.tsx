import { Group, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import type { Figure } from '@/gen/leadlight/conversation/v1/home_pb';

/** How a number moved against the period before; says so where that is no more than noise. Nothing without one before. */
export function Change({ figure }: { readonly figure: Figure | undefined }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { change } = figure ?? {};
  if (figure === undefined || change === undefined)
    return (
      <Text size="xs" c="dimmed">
        {t('figure.noBefore')}
      </Text>
    );
  const isNoise = figure.changeInterval !== undefined && !figure.isChangeClear;
  const [Icon, word] =
    change > 0
      ? ([IconArrowUpRight, 'figure.up'] as const)
      : change < 0
        ? ([IconArrowDownRight, 'figure.down'] as const)
        : ([IconArrowRight, 'figure.same'] as const);
  return (
    <Group gap={4} wrap="nowrap" c={isNoise ? 'dimmed' : undefined}>
      <Icon size={16} aria-hidden />
      <VisuallyHidden>{t(word)}</VisuallyHidden>
      <Text size="xs">
        {format.points(change)}
        {isNoise && ` (${t('figure.noise')})`}
      </Text>
    </Group>
  );
}

/** What a number rests on. */
export function SampleSize({ figure }: { readonly figure: Figure | undefined }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  if (!figure) return null;
  return (
    <Text size="xs" c="dimmed" component="span">
      {t('figure.n', { n: format.number(Number(figure.sampleSize)) })}
    </Text>
  );
}
