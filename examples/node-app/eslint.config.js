import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/"] },
  js.configs.recommended,
  { files: ["**/*.ts"], extends: [tseslint.configs.strict, tseslint.configs.stylistic] },
  { files: ["**/*.cjs"], languageOptions: { sourceType: "commonjs", globals: { process: "readonly" } } },
  { rules: { eqeqeq: "error", "no-console": ["error", { allow: ["error"] }] } },
);
