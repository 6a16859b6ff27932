// A shop on Express, whose people say with every call who they are.
import express from "express";

const app = express();

const USERS = {
  anna: { id: 1, name: "Анна Иванова", email: "anna@shop.example", role: "client" },
  boris: { id: 2, name: "Борис Петров", email: "boris@shop.example", role: "expert" },
};

function requireUser(req, res, next) {
  const [, said = ""] = (req.headers.authorization ?? "").split("Basic ");
  const [username, password] = Buffer.from(said, "base64").toString().split(":");
  if (!Object.hasOwn(USERS, username) || password !== `p-${username}`) return res.sendStatus(401);
  req.user = USERS[username];
  next();
}

const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));

// Here stands the code that the chat's page prints.
