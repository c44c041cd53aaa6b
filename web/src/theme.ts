import { Alert, Badge, createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'violet',
  // Filled elements of the middle shades miss the contrast that text needs; these have it in both schemes.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Noto Sans CJK SC", sans-serif',
  cursorType: 'pointer',
  components: {
    // A light alert's title in its own colour is too pale to be read.
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
    // Else a table takes a badge's room first, down to nothing.
    Badge: Badge.extend({ defaultProps: { miw: 'max-content' } }),
  },
});

/** Links, dimmed text and placeholders dark enough to be read (WCAG AA, 4.5:1). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-anchor': '#5f3dc4',
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6a7178',
  },
  dark: {
    '--mantine-color-anchor': '#b197fc',
    '--mantine-color-dimmed': '#a6a7ab',
    '--mantine-color-placeholder': '#9a9ca1',
  },
});
