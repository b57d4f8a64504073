// Changes of many users in Japanese.

export default {};
