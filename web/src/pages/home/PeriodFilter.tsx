import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSellers } from '@/components/people';
import { PERIODS, type PeriodName, type useChosen } from './period';

interface Props {
  readonly choice: ReturnType<typeof useChosen>;
  /** A page of one seller has no choice of sellers. */
  readonly withSeller?: boolean;
}

/** Period, team and seller: one filter for every number of the page. */
export function PeriodFilter({ choice: { chosen, choose }, withSeller = true }: Props) {
  const { t } = useTranslation('home');
  const { sellers, teams } = useSellers();
  const all = { value: '', label: t('filter.all') };
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label={t('filter.label')}>
      <NativeSelect
        label={t('filter.period')}
        value={chosen.name}
        onChange={({ currentTarget }) => choose({ name: currentTarget.value as PeriodName })}
        data={Object.keys(PERIODS).map((name) => ({ value: name, label: t(`period.${name}`) }))}
      />
      {chosen.name === 'own' && (
        <>
          <TextInput
            type="date"
            label={t('filter.from')}
            value={chosen.from}
            max={chosen.to || undefined}
            onChange={({ currentTarget }) => choose({ from: currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('filter.to')}
            value={chosen.to}
            min={chosen.from || undefined}
            onChange={({ currentTarget }) => choose({ to: currentTarget.value })}
          />
        </>
      )}
      <NativeSelect
        label={t('filter.team')}
        value={chosen.team}
        onChange={({ currentTarget }) => choose({ team: currentTarget.value })}
        data={[all, ...withChosen(teams, chosen.team).map((team) => ({ value: team, label: team }))]}
      />
      {withSeller && (
        <NativeSelect
          label={t('filter.seller')}
          value={chosen.seller}
          onChange={({ currentTarget }) => choose({ seller: currentTarget.value })}
          data={[
            all,
            ...sellers.map(({ key, name }) => ({ value: key, label: name })),
            ...(chosen.seller && !sellers.some(({ key }) => key === chosen.seller)
              ? [{ value: chosen.seller, label: chosen.seller }]
              : []),
          ]}
        />
      )}
    </Group>
  );
}

/** What an address asks for is offered, also where no recent call names it. */
const withChosen = (known: readonly string[], chosen: string): readonly string[] =>
  !chosen || known.includes(chosen) ? known : [...known, chosen];
