import { Box, Button, Stack, Table, useComputedColorScheme } from '@mantine/core';
import { useDisclosure, useReducedMotion } from '@mantine/hooks';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';

export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface Props {
  /** What the chart shows, in one sentence: its label for screen readers. */
  readonly label: string;
  readonly option: EChartsCoreOption;
  /** The same numbers as a table, for those who read rather than look. */
  readonly table: TextTable;
  readonly height?: number;
  /** What was clicked: an item's index within its series, and the series' index. */
  readonly onItem?: (item: { readonly seriesIndex: number; readonly dataIndex: number }) => void;
}

/** An ECharts chart in the colours of the scheme, with its numbers as a table on demand. ECharts is fetched when the first chart shows. */
export function Chart({ label, option, table, height = 280, onItem }: Props) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const still = useReducedMotion();
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const clicked = useRef(onItem);
  const latest = useRef(option);
  const [isTableShown, { toggle }] = useDisclosure(false);
  const tableId = useId();

  useEffect(() => {
    clicked.current = onItem;
    latest.current = option;
    chart.current?.setOption({ ...base(label, still), ...option }, { notMerge: true });
  }, [option, onItem, label, still]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let isGone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts').then(({ init }) => {
      if (isGone) return;
      const made = init(element, scheme === 'dark' ? 'dark' : undefined, { renderer: 'svg' });
      chart.current = made;
      made.setOption({ ...base(label, still), ...latest.current });
      made.on('click', ({ seriesIndex, dataIndex }) =>
        clicked.current?.({ seriesIndex: seriesIndex ?? 0, dataIndex }),
      );
      observer.observe(element);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [scheme, label, still]);

  return (
    <Stack gap={4}>
      <Box ref={frame} h={height} role="img" aria-label={label} data-chart />
      <Button
        variant="subtle"
        color="gray"
        c="light-dark(#343a40, #ced4da)"
        size="compact-xs"
        onClick={toggle}
        aria-expanded={isTableShown}
        aria-controls={tableId}
        style={{ alignSelf: 'flex-end' }}
      >
        {t(isTableShown ? 'chart.hideTable' : 'chart.showTable')}
      </Button>
      <div id={tableId}>
        {isTableShown && (
          <Table.ScrollContainer minWidth={280} maxHeight={320}>
            <Table aria-label={label}>
              <Table.Thead>
                <Table.Tr>
                  {table.columns.map((column) => (
                    <Table.Th key={column} scope="col">
                      {column}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {table.rows.map((row, index) => (
                  <Table.Tr key={index}>
                    {row.map((cell, place) => (
                      <Table.Td key={place}>{cell}</Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </div>
    </Stack>
  );
}

const base = (label: string, still: boolean): EChartsCoreOption => ({
  backgroundColor: 'transparent',
  animation: !still,
  // Without a description ECharts would put English sentences of its own in the label's place.
  aria: { enabled: true, label: { description: label } },
  textStyle: { fontFamily: 'system-ui, sans-serif' },
});
