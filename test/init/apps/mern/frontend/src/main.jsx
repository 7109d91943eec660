import { createElement } from "react";
import { createRoot } from "react-dom/client";

const { count } = await (await fetch(`${import.meta.env.VITE_API_URL ?? ""}/api/visits`)).json();
createRoot(document.getElementById("root")).render(createElement("p", null, `${count} visits`));
