import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    '**/build/',
    'dist/',
    'test-results/',
    '.setup/',
    'test/fixtures/',
    'bench/results/',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A union handled by `switch` is handled whole: a new member is an error at every place that must know of it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: nodeGlobals('console', 'process', 'URL', 'Buffer') },
  },
  {
    files: ['scripts/**', 'bench/**'],
    languageOptions: { globals: nodeGlobals('setInterval', 'clearInterval', 'setTimeout') },
  },
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'no-console': 'off',
    },
  },
);

function nodeGlobals(...names) {
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
