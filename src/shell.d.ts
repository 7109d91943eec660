/** Files that are bundled as text: shell scripts, and the entries of the catalogue. */
declare module "*.sh?raw" {
  const text: string;
  export default text;
}
declare module "*.pl?raw" {
  const text: string;
  export default text;
}
declare module "*.yaml?raw" {
  const text: string;
  export default text;
}
