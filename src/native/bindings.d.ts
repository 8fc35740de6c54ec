declare module 'bindings' {
  /** Finds and loads the compiled addon of this package by its target name. */
  export default function bindings(name: string): unknown;
}
