import { Component } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

@Component({ selector: "app-root", template: "<p>hello angular</p>" })
class App {}

void bootstrapApplication(App);
