process.stdout.write("wherry\n");
